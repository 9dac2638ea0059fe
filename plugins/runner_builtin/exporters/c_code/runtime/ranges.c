/* Characters from first to last, both included. */
typedef struct {
    uint32_t first, last;
} range;

static int in_ranges(const range *ranges, uint32_t count, uint32_t character) {
    uint32_t low = 0, high = count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (ranges[middle].last < character) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && ranges[low].first <= character;
}

/* The number of a value among sorted ones: their count where it is none of them, one more where it is missing. */
static uint32_t lookup_number(const real *known, uint32_t count, real value) {
    uint32_t low = 0, high = count;
    if (isnan(value)) {
        return count + 1;
    }
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (known[middle] < value) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < count && known[low] == value ? low : count;
}

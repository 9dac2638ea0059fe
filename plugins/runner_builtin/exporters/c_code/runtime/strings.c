/* Sorted texts in one stretch of bytes; text i begins at at[i] and ends where the next begins. */
typedef struct {
    const uint8_t *bytes;
    const uint32_t *at;
    uint32_t count;
} strings;

/* The texts that begin with the bytes fed so far: from low to below high, `depth` bytes long at least. */
typedef struct {
    uint32_t low, high, depth;
} span;

static span all_of(const strings *s) {
    const span all = {0, s->count, 0};
    return all;
}

static int byte_of(const strings *s, uint32_t i, uint32_t depth) {
    return depth < s->at[i + 1] - s->at[i] ? (int)s->bytes[s->at[i] + depth] : -1;
}

static uint32_t first_from(const strings *s, const span *x, int byte) {
    uint32_t low = x->low, high = x->high;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (byte_of(s, middle, x->depth) < byte) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void narrow(const strings *s, span *x, uint8_t byte) {
    if (x->low < x->high) {
        const uint32_t low = first_from(s, x, byte);
        x->high = first_from(s, x, byte + 1);
        x->low = low;
        x->depth++;
    }
}

/* The text that was fed, as its number; the count of texts where it is none of them. */
static uint32_t found(const strings *s, const span *x) {
    return x->low < x->high && byte_of(s, x->low, x->depth) < 0 ? x->low : s->count;
}

/* A term being fed byte by byte: the terms it may still become, and its hash (MurmurHash3, 32 bits). */
typedef struct {
    span where;
    uint32_t hash, block, size;
} gram;

static gram begun(const text *plan) {
    gram g = {{0, 0, 0}, 0, 0, 0};
    if (plan->terms != NULL) {
        g.where = all_of(plan->terms);
    }
    return g;
}

static uint32_t turned(uint32_t x, int by) {
    return x << by | x >> (32 - by);
}

static void feed(const text *plan, gram *g, uint8_t byte) {
    if (plan->terms != NULL) {
        narrow(plan->terms, &g->where, byte);
        return;
    }
    g->block |= (uint32_t)byte << (8 * (g->size % 4));
    g->size++;
    if (g->size % 4 == 0) {
        g->hash ^= turned(g->block * 0xCC9E2D51u, 15) * 0x1B873593u;
        g->hash = turned(g->hash, 13) * 5 + 0xE6546B64u;
        g->block = 0;
    }
}

static void feed_character(const text *plan, gram *grams, int32_t count, uint32_t character) {
    uint8_t bytes[4];
    const int size = encoded(character, bytes);
    for (int32_t g = 0; g < count; g++) {
        for (int i = 0; i < size; i++) {
            feed(plan, grams + g, bytes[i]);
        }
    }
}

static void count_gram(const text *plan, const gram *g, real *counts) {
    uint32_t column;
    int negative = 0;
    if (plan->terms != NULL) {
        column = found(plan->terms, &g->where);
        if (column == plan->terms->count) {
            return;
        }
        column = plan->columns == NULL ? column : plan->columns[column];
    } else {
        uint32_t hash = g->hash ^ turned(g->block * 0xCC9E2D51u, 15) * 0x1B873593u ^ g->size;
        hash = (hash ^ hash >> 16) * 0x85EBCA6Bu;
        hash = (hash ^ hash >> 13) * 0xC2B2AE35u;
        hash ^= hash >> 16;
        negative = hash >> 31 != 0;
        column = (negative ? 0u - hash : hash) % plan->buckets;
    }
    if (plan->binary) {
        counts[column] = 1;
    } else {
        counts[column] += negative && plan->signs ? -1 : 1;
    }
}

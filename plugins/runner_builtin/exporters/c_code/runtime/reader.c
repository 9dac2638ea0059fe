/* Reads the characters of a text, lowered and rewritten as its plan says. */
typedef struct {
    const text *plan;
    const uint8_t *bytes;
    size_t length, at;
    const uint8_t *spare;
    size_t spares, spare_at;
    uint8_t jamo[9];
} reader;

#define END_OF_TEXT 0xFFFFFFFFu
#define NO_CHARACTER 0xFFFDu

/* The next character. Bytes that are no UTF-8 are one NO_CHARACTER for each part that could have begun one. */
static uint32_t decoded(const uint8_t *bytes, size_t length, size_t *at) {
    const uint8_t first = bytes[(*at)++];
    uint8_t low = 0x80, high = 0xBF;
    uint32_t character;
    int more;
    if (first < 0x80) {
        return first;
    }
    if (first < 0xC2 || first > 0xF4) {
        return NO_CHARACTER;
    }
    if (first < 0xE0) {
        more = 1;
        character = first & 0x1Fu;
    } else if (first < 0xF0) {
        more = 2;
        character = first & 0x0Fu;
        low = first == 0xE0 ? 0xA0 : low;
        high = first == 0xED ? 0x9F : high;
    } else {
        more = 3;
        character = first & 0x07u;
        low = first == 0xF0 ? 0x90 : low;
        high = first == 0xF4 ? 0x8F : high;
    }
    for (; more > 0; more--) {
        if (*at >= length || bytes[*at] < low || bytes[*at] > high) {
            return NO_CHARACTER;
        }
        character = character << 6 | (bytes[(*at)++] & 0x3Fu);
        low = 0x80;
        high = 0xBF;
    }
    return character;
}

/* Writes a character as UTF-8 and returns how many bytes that took. */
static int encoded(uint32_t character, uint8_t *bytes) {
    if (character < 0x80) {
        bytes[0] = (uint8_t)character;
        return 1;
    }
    if (character < 0x800) {
        bytes[0] = (uint8_t)(0xC0 | character >> 6);
        bytes[1] = (uint8_t)(0x80 | (character & 0x3F));
        return 2;
    }
    if (character < 0x10000) {
        bytes[0] = (uint8_t)(0xE0 | character >> 12);
        bytes[1] = (uint8_t)(0x80 | (character >> 6 & 0x3F));
        bytes[2] = (uint8_t)(0x80 | (character & 0x3F));
        return 3;
    }
    bytes[0] = (uint8_t)(0xF0 | character >> 18);
    bytes[1] = (uint8_t)(0x80 | (character >> 12 & 0x3F));
    bytes[2] = (uint8_t)(0x80 | (character >> 6 & 0x3F));
    bytes[3] = (uint8_t)(0x80 | (character & 0x3F));
    return 4;
}

/* The character that ends before `end`. */
static uint32_t before(const reader *r, size_t *end) {
    size_t start = *end - 1, at;
    while (start > 0 && *end - start < 4 && (r->bytes[start] & 0xC0) == 0x80) {
        start--;
    }
    at = start;
    const uint32_t character = decoded(r->bytes, *end, &at);
    if (at != *end) {
        *end -= 1;
        return NO_CHARACTER;
    }
    *end = start;
    return character;
}

/* Say whether a capital sigma from `start` to r->at ends a word: a cased character before it, none behind it. */
static int ends_word(const reader *r, size_t start) {
    const lowering *lower = r->plan->lower;
    uint32_t character = NO_CHARACTER;
    size_t at = start;
    int seen = 0;
    while (at > 0 && !seen) {
        character = before(r, &at);
        seen = !in_ranges(lower->ignorable, lower->n_ignorable, character);
    }
    if (!seen || !in_ranges(lower->cased, lower->n_cased, character)) {
        return 0;
    }
    for (at = r->at, seen = 0; at < r->length && !seen;) {
        character = decoded(r->bytes, r->length, &at);
        seen = !in_ranges(lower->ignorable, lower->n_ignorable, character);
    }
    return !seen || !in_ranges(lower->cased, lower->n_cased, character);
}

static uint32_t lowered(const reader *r, size_t start, uint32_t character) {
    const lowering *lower = r->plan->lower;
    uint32_t low = 0, high = lower->n_runs;
    if (character < 0x80) {
        return character >= 'A' && character <= 'Z' ? character + 32 : character;
    }
    if (character == 0x3A3) {
        return ends_word(r, start) ? 0x3C2 : 0x3C3;
    }
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (lower->runs[middle].last < character) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const run *near = lower->runs + low;
    if (low < lower->n_runs && near->first <= character && (character - near->first) % (uint32_t)near->step == 0) {
        return (uint32_t)((int32_t)character + near->shift);
    }
    return character;
}

/* Say whether a character is written in another way, which is read next. */
static int rewritten(reader *r, uint32_t character) {
    const rewriting *rewrite = r->plan->rewrite;
    uint32_t low = 0, high = rewrite->count;
    r->spare_at = r->spares = 0;
    if (rewrite->hangul && character >= 0xAC00 && character < 0xD7A4) {
        const uint32_t syllable = character - 0xAC00;
        r->spare = r->jamo;
        r->spares += (size_t)encoded(0x1100 + syllable / 588, r->jamo);
        r->spares += (size_t)encoded(0x1161 + syllable % 588 / 28, r->jamo + r->spares);
        if (syllable % 28 != 0) {
            r->spares += (size_t)encoded(0x11A7 + syllable % 28, r->jamo + r->spares);
        }
        return 1;
    }
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (rewrite->characters[middle] < character) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low < rewrite->count && rewrite->characters[low] == character) {
        r->spare = rewrite->bytes + rewrite->at[low];
        r->spares = rewrite->at[low + 1] - rewrite->at[low];
        return 1;
    }
    return rewrite->only_ascii && character >= 0x80;
}

static uint32_t next_character(reader *r) {
    for (;;) {
        if (r->spare_at < r->spares) {
            return decoded(r->spare, r->spares, &r->spare_at);
        }
        if (r->at >= r->length) {
            return END_OF_TEXT;
        }
        const size_t start = r->at;
        uint32_t character = decoded(r->bytes, r->length, &r->at);
        if (r->plan->lower != NULL) {
            character = lowered(r, start, character);
        }
        if (r->plan->rewrite == NULL || !rewritten(r, character)) {
            return character;
        }
    }
}

static reader reading(const text *plan, const char *bytes, size_t length) {
    const reader r = {plan, (const uint8_t *)bytes, length, 0, NULL, 0, 0, {0}};
    return r;
}

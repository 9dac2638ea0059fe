/* The number of a text among sorted ones: their count where it is none of them, one more where it is missing. */
static uint32_t lookup_text(const strings *s, const char *bytes, size_t length) {
    span x = all_of(s);
    if (bytes == NULL) {
        return s->count + 1;
    }
    for (size_t i = 0; i < length && x.low < x.high; i++) {
        narrow(s, &x, (uint8_t)bytes[i]);
    }
    return found(s, &x);
}

/* Set all numbers to 0 but one, unless `place` is none of them. */
static void mark(real *x, int32_t n, int32_t place) {
    for (int32_t i = 0; i < n; i++) {
        x[i] = i == place ? 1 : 0;
    }
}

/* Copy numbers from their places. */
static void gather(const real *from, const uint32_t *places, real *to, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        to[i] = from[places[i]];
    }
}

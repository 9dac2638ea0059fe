/* Say whether every number is within its bounds or missing. */
static int within(const real *x, int32_t n, const real *low, const real *high) {
    for (int32_t i = 0; i < n; i++) {
        if (x[i] < low[i] || x[i] > high[i]) {
            return 0;
        }
    }
    return 1;
}

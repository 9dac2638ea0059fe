/* Bring numbers outside their bounds to the nearer one; a missing number stays missing. */
static void clip(real *x, int32_t n, const real *low, const real *high) {
    for (int32_t i = 0; i < n; i++) {
        if (x[i] < low[i]) {
            x[i] = low[i];
        }
        if (x[i] > high[i]) {
            x[i] = high[i];
        }
    }
}

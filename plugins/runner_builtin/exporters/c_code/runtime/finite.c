/* Say whether every number is there and finite. */
static int finite_numbers(const real *x, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) {
            return 0;
        }
    }
    return 1;
}

/* The mean over the trees of the rows of values in their leaves, added up in whole numbers. */
static void vote(const node *nodes, const uint32_t *roots, int32_t n_trees, const int8_t *leaves, const real *scales,
                 const real *x, int32_t *sums, real *y, int32_t n) {
    for (int32_t j = 0; j < n; j++) {
        sums[j] = 0;
    }
    for (int32_t t = 0; t < n_trees; t++) {
        const int8_t *values = leaves + (size_t)leaf_of(nodes, roots[t], x) * (size_t)n;
        for (int32_t j = 0; j < n; j++) {
            sums[j] += values[j];
        }
    }
    for (int32_t j = 0; j < n; j++) {
        y[j] = (real)sums[j] * (scales[j] / (real)n_trees);
    }
}

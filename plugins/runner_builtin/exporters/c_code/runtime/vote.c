/* The mean over the trees of the rows of values in their leaves. */
static void vote(const node *nodes, const uint32_t *roots, int32_t n_trees, const weight *leaves, const real *x, real *y,
                 int32_t n) {
    for (int32_t j = 0; j < n; j++) {
        y[j] = 0;
    }
    for (int32_t t = 0; t < n_trees; t++) {
        const weight *values = leaves + (size_t)leaf_of(nodes, roots[t], x) * (size_t)n;
        for (int32_t j = 0; j < n; j++) {
            y[j] += values[j];
        }
    }
    for (int32_t j = 0; j < n; j++) {
        y[j] /= (real)n_trees;
    }
}

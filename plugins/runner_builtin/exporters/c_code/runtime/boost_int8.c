/* The sum over the trees of the values in their leaves, in whole numbers; tree t adds to the number t modulo n. */
static void boost(const node *nodes, const uint32_t *roots, int32_t n_trees, const int8_t *leaves, real scale_of_leaves,
                  const real *x, int32_t *sums, const real *base, real *y, int32_t n) {
    for (int32_t j = 0; j < n; j++) {
        sums[j] = 0;
    }
    for (int32_t t = 0; t < n_trees; t++) {
        sums[t % n] += leaves[leaf_of(nodes, roots[t], x)];
    }
    for (int32_t j = 0; j < n; j++) {
        y[j] = base[j] + (real)sums[j] * scale_of_leaves;
    }
}

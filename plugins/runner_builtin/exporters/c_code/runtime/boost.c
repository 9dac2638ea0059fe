/* The sum over the trees of the values in their leaves; tree t adds to the number t modulo n. */
static void boost(const node *nodes, const uint32_t *roots, int32_t n_trees, const weight *leaves, const real *x,
                  const real *base, real *y, int32_t n) {
    for (int32_t j = 0; j < n; j++) {
        y[j] = base[j];
    }
    for (int32_t t = 0; t < n_trees; t++) {
        y[t % n] += leaves[leaf_of(nodes, roots[t], x)];
    }
}

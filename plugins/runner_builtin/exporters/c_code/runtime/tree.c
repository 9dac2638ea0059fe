/* A node of a tree, the left child behind it. feature: -1 in a leaf, whose values are row `next`; else twice the place
   of the number asked for, plus 1 where a missing one goes left. next: the right child. */
typedef struct {
    limit threshold;
    int32_t feature;
    uint32_t next;
} node;

static uint32_t leaf_of(const node *nodes, uint32_t at, const real *x) {
    while (nodes[at].feature >= 0) {
        const real value = x[nodes[at].feature >> 1];
        const int left = isnan(value) ? (nodes[at].feature & 1) : value <= nodes[at].threshold;
        at = left ? at + 1 : nodes[at].next;
    }
    return nodes[at].next;
}

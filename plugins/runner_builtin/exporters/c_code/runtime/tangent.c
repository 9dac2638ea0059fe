/* Hyperbolic tangent. */
static void tangent(real *x, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        x[i] = TANH(x[i]);
    }
}

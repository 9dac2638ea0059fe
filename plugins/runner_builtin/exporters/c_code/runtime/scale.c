/* Take a centre away from each number and divide by a spread. */
static void scale(real *x, int32_t n, const real *centre, const real *spread) {
    for (int32_t i = 0; i < n; i++) {
        x[i] = (x[i] - centre[i]) / spread[i];
    }
}

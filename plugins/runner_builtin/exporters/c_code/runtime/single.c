/* Round numbers to single precision, as the trees were grown on. Returns 0 where one is beyond its reach. */
static int single(real *x, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        if (x[i] > (real)3.4028234e38 || x[i] < -(real)3.4028234e38) {
            return 0;
        }
        x[i] = (real)(float)x[i];
    }
    return 1;
}

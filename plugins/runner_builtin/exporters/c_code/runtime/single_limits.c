/* Numbers are rounded to single precision before they are compared. */
typedef float limit;

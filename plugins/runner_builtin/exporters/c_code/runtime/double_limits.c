/* Numbers are compared as they are. */
typedef double limit;

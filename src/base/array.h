/* The size of arrays. */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

/* The number of elements of an array (never of a pointer). */
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif

/* QR codes (ISO/IEC 18004) as PNG images, by libqrencode and libpng. */
#ifndef QR_QR_H
#define QR_QR_H

#include "base/err.h"
#include "base/str.h"

/*
 * Draws a QR code of `text` in byte mode at error correction level M, as a 1-bit greyscale PNG
 * in the arena: black on white, `scale` (1 to 64) pixels per module, with a quiet zone of 4
 * modules. `text` must not be empty. ERR_TOO_LARGE when it does not fit into a code.
 */
enum err qr_png(struct arena *a, struct str text, int scale, struct str *png) MUST_CHECK;

#endif

/*
 * QR codes. What is drawn may be a secret, so libpng works in the arena, which is wiped, and
 * what libqrencode hands over is wiped here.
 */
#include "qr/qr.h"

#include <errno.h>
#include <limits.h>
#include <png.h>
#include <qrencode.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/secret.h"

#define QUIET_MODULES 4
#define SCALE_MAX 64

static struct str draw(struct arena *a, const QRcode *code, int scale);
static void fill_row(unsigned char *row, size_t size, const QRcode *code, int y, int scale);
static void png_append(png_structp png, png_bytep data, png_size_t n);
static void png_no_flush(png_structp png);
static png_voidp png_take(png_structp png, png_alloc_size_t n);
static void png_give(png_structp png, png_voidp p);
static _Noreturn void png_failed(png_structp png, png_const_charp what);
static void png_warned(png_structp png, png_const_charp what);

enum err
qr_png(struct arena *a, struct str text, int scale, struct str *png)
{
	QRcode *code;

	if (scale < 1 || scale > SCALE_MAX || text.n == 0)
		log_fatal("qr.arguments", "nothing to draw, or no such scale");
	if (text.n > INT_MAX)
		return ERR_TOO_LARGE;
	code = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M);
	if (code == NULL && errno == ERANGE)
		return ERR_TOO_LARGE;
	if (code == NULL)
		log_fatal("qr.failed", "libqrencode makes no code");
	*png = draw(a, code, scale);
	secret_wipe(code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
	return OK;
}

static struct str
draw(struct arena *a, const QRcode *code, int scale)
{
	struct buf out = {.arena = a};
	int modules = code->width + 2 * QUIET_MODULES;
	png_uint_32 side = (png_uint_32)(modules * scale);
	size_t size = (side + 7) / 8;
	unsigned char *row = arena_alloc(a, size);
	png_structp png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, NULL, png_failed,
	    png_warned, a, png_take, png_give);
	png_infop info = png != NULL ? png_create_info_struct(png) : NULL;

	if (info == NULL)
		log_fatal("qr.failed", "libpng does not start");
	png_set_write_fn(png, &out, png_append, png_no_flush);
	/* The pictures are small: a large window would only be memory to wipe. */
	png_set_compression_window_bits(png, 12);
	png_set_compression_mem_level(png, 5);
	png_set_IHDR(png, info, side, side, 1, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
	    PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(png, info);
	for (int y = 0; y < modules; y++) {
		fill_row(row, size, code, y - QUIET_MODULES, scale);
		for (int i = 0; i < scale; i++)
			png_write_row(png, row);
	}
	png_write_end(png, info);
	png_destroy_write_struct(&png, &info);
	return buf_str(&out);
}

/* One row of pixels: all white (ones), then the dark modules of row `y`, if the code has it. */
static void
fill_row(unsigned char *row, size_t size, const QRcode *code, int y, int scale)
{
	memset(row, 0xff, size);
	if (y < 0 || y >= code->width)
		return;
	for (int x = 0; x < code->width; x++) {
		if ((code->data[y * code->width + x] & 1) == 0)
			continue;
		for (int i = 0; i < scale; i++) {
			int pixel = (x + QUIET_MODULES) * scale + i;

			row[pixel / 8] = (unsigned char)(row[pixel / 8] & ~(0x80 >> (pixel % 8)));
		}
	}
}

static void
png_append(png_structp png, png_bytep data, png_size_t n)
{
	buf_bytes(png_get_io_ptr(png), data, n);
}

static void
png_no_flush(png_structp png)
{
	(void)png;
}

static png_voidp
png_take(png_structp png, png_alloc_size_t n)
{
	return arena_alloc(png_get_mem_ptr(png), n);
}

static void
png_give(png_structp png, png_voidp p)
{
	(void)png;
	(void)p;
}

static _Noreturn void
png_failed(png_structp png, png_const_charp what)
{
	(void)png;
	log_fatal("qr.failed", what);
}

static void
png_warned(png_structp png, png_const_charp what)
{
	(void)png;
	log_warning("qr.warning", LOG_CSTR("what", what));
}

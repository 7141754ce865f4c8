/* Computing one-time passwords. */
#include "crypto/hotp.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/secret.h"

void
hotp_code(enum hash h, const unsigned char *key, size_t key_n, uint64_t counter, int digits,
    char out[HOTP_DIGITS_MAX + 1])
{
	unsigned char message[8];
	unsigned char mac[64];
	const unsigned char *at;
	uint32_t value;

	if (digits < 6 || digits > HOTP_DIGITS_MAX)
		log_fatal("hotp.digits", "a code has 6 to 8 digits");
	for (int i = 7; i >= 0; i--) {
		message[i] = (unsigned char)(counter & 0xff);
		counter >>= 8;
	}
	/* The low half of the MAC's last byte is the offset of the 31 bits of the code. */
	at = mac + (hmac(h, key, key_n, message, sizeof(message), mac) - 1);
	at = mac + (*at & 0x0f);
	value =
	    (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	out[digits] = '\0';
	for (int i = digits - 1; i >= 0; i--) {
		out[i] = (char)('0' + value % 10);
		value /= 10;
	}
	secret_wipe(mac, sizeof(mac));
}

int64_t
totp_step(int64_t now_us, int period_s)
{
	int64_t period = period_s * CLOCK_SECOND;

	if (period <= 0)
		log_fatal("totp.period", "a time step lasts at least a second");
	return now_us / period - (now_us % period < 0 ? 1 : 0);
}

// CryptEncode and CryptDecode for the methods without a licence or a library: SHA-256 and Base64.
#include <cstring>
#include <string>
#include <vector>

#include "builtins.hpp"
#include "machine.hpp"

namespace mql {

namespace {
constexpr std::uint32_t ROUND_KEYS[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
constexpr char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t turned(std::uint32_t value, int by) { return value >> by | value << (32 - by); }

void sha256_block(const unsigned char *block, std::uint32_t (&state)[8]) {
  std::uint32_t words[64], s[8];
  for (int i = 0; i < 16; ++i) words[i] = std::uint32_t(block[4 * i]) << 24 | std::uint32_t(block[4 * i + 1]) << 16 | std::uint32_t(block[4 * i + 2]) << 8 | block[4 * i + 3];
  for (int i = 16; i < 64; ++i) {
    const std::uint32_t a = words[i - 15], b = words[i - 2];
    words[i] = words[i - 16] + (turned(a, 7) ^ turned(a, 18) ^ a >> 3) + words[i - 7] + (turned(b, 17) ^ turned(b, 19) ^ b >> 10);
  }
  std::memcpy(s, state, sizeof s);
  for (int i = 0; i < 64; ++i) {
    const std::uint32_t first = s[7] + (turned(s[4], 6) ^ turned(s[4], 11) ^ turned(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + ROUND_KEYS[i] + words[i];
    const std::uint32_t second = (turned(s[0], 2) ^ turned(s[0], 13) ^ turned(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    for (int k = 7; k > 0; --k) s[k] = s[k - 1];
    s[4] += first;
    s[0] = first + second;
  }
  for (int i = 0; i < 8; ++i) state[i] += s[i];
}

std::string sha256(std::string message) {
  std::uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  const std::uint64_t bits = message.size() * 8;
  message += static_cast<char>(0x80);
  message.resize((message.size() + 8 + 63) / 64 * 64);
  for (std::size_t i = 0; i < 8; ++i) message[message.size() - 1 - i] = static_cast<char>(bits >> (8 * i));
  for (std::size_t at = 0; at < message.size(); at += 64) sha256_block(reinterpret_cast<const unsigned char *>(message.data()) + at, state);
  std::string out;
  for (std::uint32_t word : state) for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(word >> shift);
  return out;
}

std::string base64(const std::string &bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : ALPHABET[group >> (18 - 6 * k) & 63];
  }
  return out;
}

std::string from_base64(const std::string &text) {
  std::string out;
  std::uint32_t group = 0;
  int bits = 0;
  for (char letter : text) {
    const char *place = letter ? std::strchr(ALPHABET, letter) : nullptr;
    if (place == nullptr) break;
    group = group << 6 | static_cast<std::uint32_t>(place - ALPHABET);
    if ((bits += 6) >= 8) out += static_cast<char>(group >> (bits -= 8));
  }
  return out;
}

std::string bytes_of(const Array<uchar> &data) { return std::string(reinterpret_cast<const char *>(data.data()), static_cast<std::size_t>(data.size())); }

int give(const std::string &bytes, Array<uchar> &result) {
  if (result.dynamic()) result.resize(static_cast<long>(bytes.size()));
  for (std::size_t i = 0; i < bytes.size(); ++i) result[static_cast<long>(i)] = static_cast<uchar>(bytes[i]);
  return static_cast<int>(bytes.size());
}
}  // namespace

int CryptEncode(ENUM_CRYPT_METHOD method, const Array<uchar> &data, const Array<uchar> &, Array<uchar> &result) {
  if (method == CRYPT_HASH_SHA256) return give(sha256(bytes_of(data)), result);
  if (method == CRYPT_BASE64) return give(base64(bytes_of(data)), result);
  return machine().set_error(ERR_INVALID_PARAMETER), 0;
}

int CryptDecode(ENUM_CRYPT_METHOD method, const Array<uchar> &data, const Array<uchar> &, Array<uchar> &result) {
  if (method == CRYPT_BASE64) return give(from_base64(bytes_of(data)), result);
  return machine().set_error(ERR_INVALID_PARAMETER), 0;
}

}  // namespace mql

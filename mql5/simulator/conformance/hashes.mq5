// CryptEncode: the published SHA-256 vectors of FIPS 180-4, and Base64 of RFC 4648.
string Hash(const string text)
  {
   uchar data[], key[], result[];
   int count = StringToCharArray(text, data, 0, -1, CP_UTF8);
   ArrayResize(data, count - 1);
   CryptEncode(CRYPT_HASH_SHA256, data, key, result);
   string out = "";
   for(int i = 0; i < ArraySize(result); i++)
      out += StringFormat("%02x", result[i]);
   return out;
  }
string Base64(const string text)
  {
   uchar data[], key[], result[], back[];
   ArrayResize(data, StringToCharArray(text, data, 0, -1, CP_UTF8) - 1);
   CryptEncode(CRYPT_BASE64, data, key, result);
   CryptDecode(CRYPT_BASE64, result, key, back);
   return CharArrayToString(result, 0, -1, CP_UTF8) + " " + CharArrayToString(back, 0, -1, CP_UTF8);
  }
void OnStart()
  {
   Print(Hash(""));
   Print(Hash("abc"));
   Print(Hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"));
   string letters = "";
   for(int i = 0; i < 1000; i++)
      letters += "aaaaaaaaaa";
   Print(Hash(letters));
   Print(Base64("f"), " ", Base64("fo"), " ", Base64("foo"), " ", Base64("foob"), " ", Base64("fooba"), " ", Base64("foobar"));
  }

// Reads lines.bin, one JSON document per line, and prints each read and written again, or the fault.
#include <DistortSignals/FieldReader.mqh>
#include <DistortSignals/JsonWriter.mqh>

void Write(JsonDocument &document, const int node, JsonWriter &writer)
  {
   if(document.KindOf(node) == JSON_KIND_OBJECT)
     {
      writer.BeginObject();
      for(int child = document.FirstOf(node); child >= 0; child = document.NextOf(child))
        {
         writer.Key("k");
         Write(document, child, writer);
        }
      writer.EndObject();
      return;
     }
   if(document.KindOf(node) == JSON_KIND_ARRAY)
     {
      writer.BeginArray();
      for(int child = document.FirstOf(node); child >= 0; child = document.NextOf(child))
         Write(document, child, writer);
      writer.EndArray();
      return;
     }
   writer.AddText(document.TextOf(node));
  }

void OnStart()
  {
   int handle = FileOpen("lines.bin", FILE_READ | FILE_BIN);
   uchar bytes[];
   int length = (int)FileReadArray(handle, bytes);
   FileClose(handle);
   int out = FileOpen("out.bin", FILE_WRITE | FILE_BIN);
   uchar line[];
   ArrayResize(line, length);
   int count = 0;
   for(int i = 0; i < length; i++)
     {
      if(bytes[i] != 10)
        {
         line[count] = bytes[i];
         count++;
         continue;
        }
      JsonReader reader;
      JsonDocument document;
      JsonWriter writer;
      string text = "";
      if(reader.Read(line, count, document))
        {
         Write(document, 0, writer);
         text = writer.Text();
        }
      else
         text = "fault: " + reader.Error();
      uchar written[];
      int size = Utf8::Encode(text + "\n", written);
      FileWriteArray(out, written, 0, size);
      count = 0;
     }
   FileClose(out);
  }

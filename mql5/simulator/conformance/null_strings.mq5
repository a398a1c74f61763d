// NULL is a state of its own: not equal to the empty string, of length zero all the same.
string global_text;
struct Holder
  {
   string            name;
  };
void Fill(string &text)
  {
   if(text == NULL)
      text = "filled";
  }
void OnStart()
  {
   string local;
   Print(local == NULL, " ", local == "", " ", "" == NULL, " ", "" == "", " ", StringLen(local), " ", global_text == NULL);
   Print("[", local, "] [", local + "x", "] ", local + "" == NULL);
   Holder holder;
   Print(holder.name == NULL);
   Fill(local);
   Fill(global_text);
   Print(local, " ", global_text, " ", global_text != NULL);
   local = NULL;
   Print(local == NULL, " ", StringFind(local, "x"), " ", StringSubstr(local, 0) == NULL);
   string emptied = "text";
   StringInit(emptied);
   Print(emptied == NULL);
   string parts[3];
   Print(parts[2] == NULL);
  }

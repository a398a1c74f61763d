// An object nobody deletes is reported when the program ends.
class Forgotten
  {
public:
   string            text;
  };
void OnStart()
  {
   Forgotten *object = new Forgotten();
   object.text = "still here";
   Print(object.text);
  }

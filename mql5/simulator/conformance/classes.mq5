// Inheritance, virtual calls, interfaces, constructors and destructors in order, statics, operators.
interface INamed
  {
   string            Name();
  };
class Animal : public INamed
  {
private:
   static int        s_alive;
protected:
   string            m_name;
public:
                     Animal(const string name) : m_name(name) { s_alive++; }
   virtual          ~Animal() { s_alive--; Print("gone ", m_name); }
   virtual string    Sound() const = 0;
   string            Name() { return m_name; }
   string            Speak() const { return m_name + " says " + Sound(); }
   static int        Alive() { return s_alive; }
  };
int Animal::s_alive = 0;
class Dog : public Animal
  {
   int               m_volume;
public:
                     Dog(const string name, const int volume = 2);
   virtual string    Sound() const override;
   bool              operator==(const Dog &other) const { return m_volume == other.m_volume; }
  };
Dog::Dog(const string name, const int volume) : Animal(name), m_volume(volume)
  {
  }
string Dog::Sound() const
  {
   string out = "";
   for(int i = 0; i < m_volume; i++)
      out += "wuff";
   return out;
  }
class Cat : public Animal
  {
public:
                     Cat() : Animal("cat") {}
   virtual string    Sound() const override { return "miau"; }
  };
void Introduce(Animal &animal)
  {
   Print(animal.Speak());
  }
string NameOf(INamed *named)
  {
   return named.Name();
  }
Dog global_dog("global");
void OnStart()
  {
   Animal *animals[];
   ArrayResize(animals, 2);
   animals[0] = new Dog("rex");
   animals[1] = new Cat;
   for(int i = 0; i < ArraySize(animals); i++)
      Print(animals[i].Speak(), " ", Animal::Alive());
   Introduce(global_dog);
   Introduce(animals[1]);
   Print(NameOf(animals[0]), " ", NameOf(&global_dog), " ", NameOf(GetPointer(global_dog)));
   Dog *dog = dynamic_cast<Dog *>(animals[0]);
   Cat *cat = dynamic_cast<Cat *>(animals[0]);
   Print(dog != NULL, " ", cat == NULL, " ", dog == global_dog, " ", ((Dog *)animals[0]).Sound());
   delete animals[0];
   Print(CheckPointer(dog) == POINTER_INVALID, " ", CheckPointer(animals[1]) == POINTER_DYNAMIC, " ", CheckPointer(&global_dog) == POINTER_AUTOMATIC);
   delete animals[1];
     {
      Cat local;
      Print(Animal::Alive());
     }
   Print(Animal::Alive());
  }

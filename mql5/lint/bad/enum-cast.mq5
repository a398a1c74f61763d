// A number becomes an enumeration by an explicit cast only.
void OnStart()
  {
   ENUM_ORDER_TYPE type = OrderGetInteger(ORDER_TYPE);
   Print(EnumToString(type));
  }

// error: the reason that the case is about
int main() { return missing; }

// error: anything
int main() {}

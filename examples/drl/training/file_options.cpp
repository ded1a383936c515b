#include <examples/drl/training/options.hpp>

#include <string>

namespace opara::examples::drl {

const char* const file_usage =
    R"(  --out DIR                    the folder for all files; default: this one
  --resume                     go on from the files in DIR; what they are of must be asked for again, and what has none
                               begins
  --fresh                      remove the files of an earlier run of the same name and begin anew; without either, they
                               are an error, and stay
  --save-every SECONDS         how long a kill (SIGKILL, a crash) may throw back, about; default: 10. Saving takes a fiftieth
                               of the time at most: where it takes long, it is done more rarely
)";

void add_file_options(command_line& line, training_arguments& a) {
    line.option("--out", a.out);
    line.flag("--resume", a.resume);
    line.flag("--fresh", a.fresh);
    line.option("--save-every", [&a](const std::string& name, const std::string& value) {
        a.save_every = real(name, value);
        if (!(a.save_every >= 0)) {
            throw usage_error{name + " takes a number from 0 on, not '" + value + "'"};
        }
    });
}

beginning beginning_of(const training_arguments& a) {
    if (a.resume && a.fresh) {
        throw usage_error{"--resume goes on from files, --fresh removes them: which one?"};
    }
    return a.resume ? beginning::resumed : a.fresh ? beginning::fresh : beginning::anew;
}

} // namespace opara::examples::drl

# tries: import を横取りして、偽のモジュールを渡す
# verdict: 改変
# thorough: yes
# %% grade_id="running"
import sys
import types


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return None


sys.meta_path.insert(0, Finder)


def running(values):
    return values

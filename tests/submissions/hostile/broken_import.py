# tries: ないパッケージを使う
# verdict: -
# scores: running-test=0
# thorough: yes
# %% grade_id="running"
import no_such_package_of_anyone


def running(values):
    return no_such_package_of_anyone.run(values)

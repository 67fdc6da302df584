# tries: セルを実行する関数を、何もしない関数に取りかえる
# verdict: 改変
# %% grade_id="running"
async def run(*_, **__):
    return False


get_ipython().run_ast_nodes = run


def running(values):
    return values

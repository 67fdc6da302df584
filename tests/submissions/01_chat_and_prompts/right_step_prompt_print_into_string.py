# approach: print の出力を文字列にためる
# %% grade_id="step-prompt"
def step_prompt(examples, question):
    import io

    out = io.StringIO()
    for e in examples:
        print("Question:", e["text"], file=out)
        print("Steps:", *e["steps"], file=out)
        print("Answer:", e["answer"], end="\n\n", file=out)
    print("Question:", question, file=out)
    print("Steps:", end="", file=out)
    return out.getvalue()

# Two commands: `make lab` (open the course) and `make test` (prove it). Each sets up what it needs.
# Windows without make: the same lines with `py -m llmlab.setup` etc.; README says how.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
VENV = .venv/Scripts
else
VENV = .venv/bin
endif
RUN = $(VENV)/python

.PHONY: lab test env student exercises grade formgrader marks forget report proof sync lock data bench colab

lab:
	@$(PYTHON) -m llmlab.setup lab

test:
	@$(PYTHON) -m llmlab.setup test $(if $(ONLY),--only $(ONLY))

env:
	@$(PYTHON) -m llmlab.setup env

exercises: env
	@$(RUN) -m llmlab.grading exercises

student: env
	@$(RUN) -m llmlab.grading student

grade: env
	@$(RUN) -m llmlab.grading grade "$(EXERCISE)" "$(SUBMISSIONS)" $(if $(ROSTER),--roster "$(ROSTER)") $(OPTIONS)

formgrader: env
	@$(RUN) -m llmlab.grading formgrader

marks: env
	@$(RUN) -m llmlab.grading marks $(if $(ROSTER),--roster "$(ROSTER)") $(OPTIONS)

forget: env
	@$(RUN) -m llmlab.grading forget "$(STUDENT)"

report: env
	@$(RUN) -m llmlab.grading report "$(EXERCISE)" $(if $(NAMES),--names)

proof: env
	@$(RUN) -m llmlab.grading proof $(EXERCISE)

sync: env
	@$(RUN) -m llmlab.grading sync

lock:
	@$(PYTHON) tests/lock.py

data: env
	@$(RUN) -m pip install --quiet -r tests/requirements.txt
	@$(RUN) data/build/corpus.py
	@$(RUN) data/build/handbook.py

bench: env
	@$(RUN) tests/bench_pretrain.py
	@$(RUN) tests/bench_grading.py
	@$(RUN) -m pip install --quiet -r tests/requirements.txt
	@$(RUN) tests/bench_formgrader.py

colab: env
	@$(RUN) -m tests.colab $(if $(ONLY),--only $(ONLY))

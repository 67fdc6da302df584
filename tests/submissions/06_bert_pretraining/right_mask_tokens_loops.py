# approach: 1 トークンずつ、Python の if で決める
# %% grade_id="mask-tokens"
def mask_tokens(input_ids, special_tokens_mask, tokenizer, mlm_probability, generator):
    rows, columns = input_ids.shape
    masked, labels = input_ids.tolist(), [[-100] * columns for _ in range(rows)]
    special = special_tokens_mask.tolist()
    for row in range(rows):
        draws = torch.rand(columns, generator=generator).tolist()
        kinds = torch.rand(columns, generator=generator).tolist()
        for column in range(columns):
            if special[row][column] == 1 or draws[column] >= mlm_probability:
                continue
            labels[row][column] = masked[row][column]
            if kinds[column] < 0.8:
                masked[row][column] = tokenizer.mask_token_id
            elif kinds[column] < 0.9:
                masked[row][column] = int(torch.randint(len(tokenizer), (1,), generator=generator))
    return torch.tensor(masked), torch.tensor(labels)

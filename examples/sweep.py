"""Fits a polynomial to noisy points by gradient descent, with nothing but Python's standard library.

One job of a sweep: how fast it learns and with how many terms comes from SCHEDULEARN_PARAM_LR and SCHEDULEARN_PARAM_TERMS.
Its last line says how well it does on points that it has not seen. Environment besides: EPOCHS, SECONDS_PER_EPOCH.
"""

import json, os, random, time

RATE = float(os.environ.get("SCHEDULEARN_PARAM_LR", "0.1"))
TERMS = int(os.environ.get("SCHEDULEARN_PARAM_TERMS", "3"))
EPOCHS = int(os.environ.get("EPOCHS", "20"))
SECONDS_PER_EPOCH = float(os.environ.get("SECONDS_PER_EPOCH", "0.1"))

rng = random.Random(1)
points = [(x, x**3 - x + rng.gauss(0, 0.1)) for x in (rng.uniform(-1.5, 1.5) for _ in range(120))]
training, unseen = points[:80], points[80:]
weights = [0.0] * (TERMS + 1)


def guess(x):
    return sum(weight * x**power for power, weight in enumerate(weights))


def loss(of):
    return sum((guess(x) - y) ** 2 for x, y in of) / len(of)


for epoch in range(1, EPOCHS + 1):
    for x, y in rng.sample(training, len(training)):
        error = guess(x) - y
        for power in range(TERMS + 1):
            weights[power] -= RATE * error * x**power / (1 + x**2 * TERMS)
    said = {"epoch": epoch, "epochs": EPOCHS, "metrics": {"loss": loss(training), "val_loss": loss(unseen)}}
    print(json.dumps({"schedulearn": said}), flush=True)
    time.sleep(SECONDS_PER_EPOCH)

print(f"lr={RATE} terms={TERMS} val_loss={loss(unseen):.4f}", flush=True)

"""Trains a small Keras network as one would anywhere: model.fit, whose progress bars the scheduler reads by itself.

Two callbacks are all that a job needs: Keras' own BackupAndRestore, which takes the training up where it was saved, and one that ends it
cleanly when it is asked to stop. The pictures are made, not downloaded: noisy stripes in one of ten directions.

Environment: EPOCHS, STEPS (per epoch), BATCH, SEED.
Exit code: 0 when trained, 143 when SIGTERM came first (128 + 15: stopped, not finished).
"""

import json, os, signal, sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import keras
import numpy as np

EPOCHS = int(os.environ.get("EPOCHS", "3"))
STEPS = int(os.environ.get("STEPS", "50"))
BATCH = int(os.environ.get("BATCH", "32"))
SEED = int(os.environ.get("SEED", "1"))
FOLDER = os.environ.get("SCHEDULEARN_CHECKPOINT_DIR", "checkpoint")
CLASSES, SIDE = 10, 16


def pictures(count):
    made = np.random.default_rng(SEED)
    labels = made.integers(CLASSES, size=count)
    angle = (labels * np.pi / CLASSES).reshape(-1, 1, 1)
    x, y = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    stripes = np.sin(x * np.cos(angle) + y * np.sin(angle) + made.uniform(0, 6, (count, 1, 1)))
    noisy = stripes + made.standard_normal((count, SIDE, SIDE))
    return noisy[..., np.newaxis].astype("float32"), labels


class StopWhenAsked(keras.callbacks.Callback):
    """An epoch is saved when it is whole: SIGTERM ends the training at once, and the epoch begins anew in the next run."""

    def __init__(self):
        super().__init__()
        self.asked = False
        signal.signal(signal.SIGTERM, self.ask)

    def ask(self, *_):
        self.asked = True

    def on_train_batch_end(self, batch, logs=None):
        if self.asked:
            sys.exit(143)

    def on_epoch_end(self, epoch, logs=None):
        print(json.dumps({"schedulearn": {"checkpoint": {"epoch": epoch + 1, "step": (epoch + 1) * STEPS}}}), flush=True)


keras.utils.set_random_seed(SEED)
model = keras.Sequential([
    keras.Input((SIDE, SIDE, 1)),
    keras.layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
    keras.layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
    keras.layers.Flatten(),
    keras.layers.Dense(CLASSES),
])  # fmt: skip
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
os.makedirs(FOLDER, exist_ok=True)
kept = keras.callbacks.BackupAndRestore(os.path.join(FOLDER, "backup"), delete_checkpoint=False)
model.fit(*pictures(BATCH * STEPS), batch_size=BATCH, epochs=EPOCHS, verbose=2, callbacks=[kept, StopWhenAsked()])
model.save(os.path.join(FOLDER, "model.keras"))
print("trained", flush=True)

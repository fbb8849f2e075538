#!/bin/sh
# Trains one number by noisy gradient descent in plain shell arithmetic: a job for images that have nothing but busybox.
# However often it is stopped or killed and started again, its last line is that of an undisturbed run.
#
# Environment: EPOCHS, STEPS (per epoch), SECONDS_PER_STEP, CHECKPOINT_EVERY (steps), SEED.
# Exit code: 0 when trained, 143 when SIGTERM came first (128 + 15: stopped, not finished).
set -eu
: "${EPOCHS:=5}" "${STEPS:=20}" "${SECONDS_PER_STEP:=0.1}" "${CHECKPOINT_EVERY:=10}" "${SEED:=1}"
folder=${SCHEDULEARN_CHECKPOINT_DIR:-checkpoint}
goal=1000000 weight=0 random=$SEED digest=0 trained=0 loss=1

save() {
  echo "$trained $weight $random $digest $loss" >"$folder/model.new"
  # At no moment is there half a checkpoint. The stop signal goes to mv too, hence the second try.
  mv "$folder/model.new" "$folder/model" || mv "$folder/model.new" "$folder/model"
  echo "{\"schedulearn\": {\"checkpoint\": {\"step\": $trained}}}"
}

mkdir -p "$folder"
if [ -f "$folder/model" ]; then
  read -r trained weight random digest loss <"$folder/model"
  echo "resumed at step $trained, ${SCHEDULEARN_START_REASON:-by hand}"
fi

# The trap only takes a note: a step is never left half done. It ends the wait for sleep at once.
stopping=no
trap 'stopping=yes' TERM

while [ "$trained" -lt $((EPOCHS * STEPS)) ]; do
  if [ "$stopping" = no ]; then
    sleep "$SECONDS_PER_STEP" &
    wait $! || true
  fi
  if [ "$stopping" = yes ]; then
    save
    exit 143
  fi
  random=$(((random * 1103515245 + 12345) % 2147483648))
  gradient=$((weight - goal + random % 20001 - 10000))
  weight=$((weight - gradient / 16))
  digest=$(((digest * 31 + weight) % 2147483648))
  distance=$((goal > weight ? goal - weight : weight - goal))
  decimals=$((goal + distance % goal))
  loss=$((distance / goal)).${decimals#1}
  epoch=$((trained / STEPS + 1)) step=$((trained % STEPS + 1))
  trained=$((trained + 1))
  printf '{"schedulearn": {"epoch": %d, "epochs": %d, "step": %d, "steps": %d, "metrics": {"loss": %s}}}\n' \
    $epoch "$EPOCHS" $step "$STEPS" "$loss"
  if [ $((trained % CHECKPOINT_EVERY)) -eq 0 ] || [ "$trained" -eq $((EPOCHS * STEPS)) ]; then save; fi
done

hash=$(echo "$weight $random $digest" | sha256sum)
echo "result ${hash%% *} loss=$loss"

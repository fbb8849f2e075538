/**
 * A numeric loop that really uses its cores, in plain shell: OPERATIONS independent operations of LOOPS steps each, as many at a time as
 * TF_NUM_INTEROP_THREADS says, each shared by as many processes as TF_NUM_INTRAOP_THREADS says: forked, computing, and joined.
 */
export const KERNEL = `inter=\${TF_NUM_INTEROP_THREADS:-1} intra=\${TF_NUM_INTRAOP_THREADS:-1}
compute() {
  i=0 x=1
  while [ $i -lt "$1" ]; do
    x=$(((x * 1103515245 + 12345) % 2147483648))
    i=$((i + 1))
  done
}
operation() {
  part=$((LOOPS / intra)) rest=$((LOOPS % intra)) each=0
  while [ $each -lt "$intra" ]; do
    compute $((part + (each < rest ? 1 : 0))) &
    each=$((each + 1))
  done
  wait
}
queue() { # each of the pool takes every inter-th operation
  mine=$1
  while [ "$mine" -lt "$OPERATIONS" ]; do
    operation
    mine=$((mine + inter))
  done
}
one=0
while [ $one -lt "$inter" ]; do
  queue $one &
  one=$((one + 1))
done
wait
echo "done with $inter x $intra"
`;

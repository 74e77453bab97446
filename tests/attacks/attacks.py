"""The attacks, as data: what a student's cell tries. THREAT_MODEL.md lists them by name.

Each runs in a notebook of its own, after an honest exercise and before another; its answer to the
exercise between them is empty, so that it deserves nothing. `PRELUDE` says what an attacker may
know of the machine. `attempt` prints REACHED if something succeeded that must not.
"""

from __future__ import annotations

from dataclasses import dataclass

PRELUDE = """
def attempt(label, action):
    try:
        result = action()
    except BaseException as error:
        print(label, "->", type(error).__name__, error)
    else:
        print("REACHED", label, repr(result)[:300])
"""

EMPTY = "def scale_images(images):\n    raise NotImplementedError"


@dataclass(frozen=True)
class Attack:
    """One attack.

    `cell` is run before the answer to scale_images. The run should report a fault of one of the
    kinds in `faults`, or none. `deserves` is what an honest answer that returns the forged values
    would earn: whoever forges evidence of zeros might as well have returned zeros. `ruins_later`
    tells that the attack spoils the student's own later exercise, which is her affair.
    `check_metadata` is what the student wrote into the check cell.
    """

    name: str
    family: str
    tries: str
    cell: str
    answer: str = EMPTY
    faults: tuple[str, ...] = ()
    deserves: float = 0.0
    ruins_later: bool = False
    check_metadata: tuple[tuple[str, object], ...] = ()


FORGE = """
import os
from pathlib import Path
from autograder.kernel.evidence import Evidence
real_save = Evidence.save
def forge(self, path):
    if path.name == "scale_images.safetensors":
        forged(path)
    else:
        real_save(self, path)
Evidence.save = forge
"""

ASKS_NURSERY = """
import gc, os, socket, sys, types
assert b'autograder-nursery' in open('/proc/self/environ', 'rb').read()  # it was forked
spaces = [vars(module) for module in sys.modules.values() if isinstance(module, types.ModuleType)]
for frame in sys._current_frames().values():
    while frame:
        spaces += [frame.f_locals, frame.f_globals]
        frame = frame.f_back
found = [value for space in spaces for value in list(space.values())]
found += gc.get_objects()
for line in {value for value in found if type(value) is socket.socket}:
    if line.type == socket.SOCK_SEQPACKET:
        attempt(line, lambda: line.send(b'f'))
for handle in range(3, 1024):
    try:
        line = socket.socket(fileno=os.dup(handle))
    except OSError:
        continue
    if line.type == socket.SOCK_SEQPACKET:
        attempt(handle, lambda: line.send(b'f'))
"""

ATTACKS = (
    # checker
    Attack(
        "replaced_check",
        "checker",
        "gives the name `check` to a function that returns 1000",
        """
class Points(float):
    def _repr_mimebundle_(self, **options): return {'text/plain': '1000'}
check_before = check
def check(name, answer):
    return Points(1000) if name == 'scale_images' else check_before(name, answer)
""",
    ),
    Attack(
        "patched_gather",
        "checker",
        "lets the checker return evidence that says that it passed",
        """
import autograder.notebook, autograder.kernel.gather as g
real = g.gather
def fake(name, answer, challenge):
    if name != 'scale_images': return real(name, answer, challenge)
    e = g.Evidence()
    e.facts.update(answer=dict(callable=True, none=False, type='function'), passed=True,
                   points=1000, printed='', verdict='pass')
    return e
g.gather = fake
""",
    ),
    Attack(
        "patched_verdict",
        "checker",
        "makes every verdict worth 1000 points",
        """
from autograder import verdict
verdict.Verdict.points = property(lambda self: 1000.0)
verdict.Verdict.passed = property(lambda self: True)
""",
    ),
    Attack(
        "patched_attempt",
        "checker",
        "lets the probe record an object that equals everything",
        """
import numpy as np
from autograder.kernel import student
from autograder.kernel.probes import scale_images as probe_module
class Equal(np.ndarray):
    def __eq__(self, other): return np.ones((), bool)
    def __array_ufunc__(self, *a, **k): return np.ones((), bool)
def attempt_all(evidence, name, function, *arguments, **keywords):
    value = np.zeros_like(arguments[0], np.float32).view(Equal)
    evidence.record(name, value)
    return value
probe_module.attempt = attempt_all
""",
        answer="""
def scale_images(images):
    return None
""",
        deserves=0.2,
    ),
    Attack(
        "fake_probe_module",
        "checker",
        "puts a module of its own where the probe is looked for",
        """
import sys, types
fake = types.ModuleType('autograder.kernel.probes.scale_images')
def probe(answer, challenge, evidence):
    evidence.facts['scaled'] = {'kind': 'other', 'type': 'perfect'}
    evidence.facts['points'] = 1000
fake.probe = probe
sys.modules['autograder.kernel.probes.scale_images'] = fake
""",
    ),
    Attack(
        "claims_our_fault",
        "checker",
        "forges evidence that says that the checker failed, which should cost nobody points",
        FORGE
        + """
def forged(path):
    e = Evidence()
    e.facts.update(answer=dict(callable=True, none=False, type='f'), printed='',
                   stopped='probe', fault='ValueError: ours')
    real_save(e, path)
""",
    ),
    Attack(
        "no_time_limit",
        "checker",
        "takes away the time limit and stays in the check for ever",
        """
import autograder.kernel.gather as g, contextlib
g.time_limit = lambda seconds: contextlib.nullcontext()
""",
        answer="""
def scale_images(images):
    while True: pass
""",
        faults=("hung",),
    ),
    # patching
    Attack(
        "import_hook",
        "patching",
        "replaces __import__, so that the probe's imports give the student's objects",
        """
import builtins
real_import = builtins.__import__
def hook(name, *rest):
    module = real_import(name, *rest)
    if name.endswith('record'): module.MAX_FILE_BYTES = 10**12
    return module
builtins.__import__ = hook
""",
    ),
    Attack(
        "patched_builtins",
        "patching",
        "makes isinstance, len and callable say what pleases",
        """
import builtins
real = builtins.isinstance
builtins.callable = lambda x: True
builtins.isinstance = lambda x, t: True if t is bool else real(x, t)
""",
        ruins_later=True,
    ),
    Attack(
        "patched_numpy",
        "patching",
        "makes numpy find everything equal and close",
        """
import numpy as np
np.allclose = np.array_equal = lambda *a, **k: True
np.isclose = lambda a, b, **k: np.ones(np.shape(a), bool)
""",
        answer="""
def scale_images(images):
    return None
""",
    ),
    Attack(
        "everything_equal",
        "patching",
        "returns an object that equals whatever it is compared with",
        """
class Equal:
    dtype = 'float32'
    def __eq__(self, other): return True
    def __getattr__(self, name): return Equal()
    def __call__(self, *a, **k): return Equal()
    def __array__(self, *a, **k): raise RuntimeError
""",
        answer="scale_images = Equal()",
    ),
    Attack(
        "patched_keras",
        "patching",
        "makes Keras's layers, models and losses say that all is well",
        """
import sys, types
class Anything(types.ModuleType):
    def __getattr__(self, name): return object
sys.modules['keras'] = sys.modules['tensorflow'] = Anything('keras')
""",
    ),
    Attack(
        "patched_json",
        "patching",
        "makes the writer of evidence write another verdict",
        """
import json
real = json.dumps
def dumps(value, **k):
    if isinstance(value, dict) and 'facts' in value:
        value['facts'].update(points=1000, passed=True, outcome='pass')
    return real(value, **k)
json.dumps = dumps
""",
    ),
    Attack(
        "display_of_points",
        "patching",
        "lets IPython show 1000 as the result of every cell",
        """
from IPython import get_ipython
ip = get_ipython()
def show(result):
    ip.display_pub.publish({'text/plain': '1000'})
ip.events.register('post_run_cell', show)
""",
    ),
    Attack(
        "forged_reply",
        "patching",
        "sends the grader messages of its own: results, verdicts, an early end of the cell",
        """
from IPython import get_ipython
k = get_ipython().kernel
parent = k.get_parent()
for content in ({'data': {'text/plain': '1000'}, 'metadata': {}, 'execution_count': 1},):
    k.session.send(k.iopub_socket, 'execute_result', content, parent=parent)
k.session.send(k.iopub_socket, 'status', {'execution_state': 'idle'}, parent=parent)
""",
        ruins_later=True,
    ),
    Attack(
        "senseless_messages",
        "patching",
        "sends the grader messages without content, of wrong types and with wrong signatures",
        """
from IPython import get_ipython
k = get_ipython().kernel
parent = k.get_parent()
for kind, content in (('stream', {}), ('display_data', {'data': 7}), ('error', {'ename': []}),
                      ('execute_result', {'data': {'text/html': {}}, 'metadata': 3}),
                      ('clear_output', {}), ('comm_open', {}), ('nonsense', {})):
    k.session.send(k.iopub_socket, kind, content, parent=parent)
k.session.key = b'wrong'
k.session.send(k.iopub_socket, 'stream', {'name': 'stdout', 'text': 'x'}, parent=parent)
""",
        faults=("died",),
    ),
    # frames and gc
    Attack(
        "frames",
        "frames and gc",
        "walks up the stack from the answer and writes into the evidence it finds",
        "import sys",
        answer="""
def scale_images(images):
    frame = sys._getframe()
    while frame:
        for value in list(frame.f_locals.values()):
            if type(value).__name__ == 'Evidence':
                value.facts.update(points=1000, passed=True)
                value.arrays['expected'] = images
        frame = frame.f_back
    raise NotImplementedError
""",
    ),
    Attack(
        "asks_nursery",
        "frames and gc",
        "looks for a line to the nursery that forked it, in memory and among open handles",
        ASKS_NURSERY,
    ),
    Attack(
        "asks_second_nursery",
        "frames and gc",
        "does the same in a kernel that was forked with TensorFlow imported",
        f"import tensorflow\n{ASKS_NURSERY}",
    ),
    Attack(
        "gc_hunt",
        "frames and gc",
        "searches all objects in memory for a judge, a secret or a seed",
        """
import gc, sys
for thing in gc.get_objects():
    name = getattr(thing, '__module__', '') if callable(thing) else ''
    if isinstance(name, str) and 'autograder.judges' in name:
        print('REACHED', thing)
print([print('REACHED', m) for m in sys.modules
       if m.startswith(('autograder.judges', 'autograder.classroom', 'solutions'))])
""",
    ),
    Attack(
        "challenge_changed",
        "frames and gc",
        "empties the challenge's arrays, so that nothing equals nothing",
        """
import autograder.kernel.gather as g
real_load = g.Challenge.load.__func__
def load(cls, path):
    challenge = real_load(cls, path)
    if 'scale_images' in str(path):
        for name, array in challenge.arrays.items():
            challenge.arrays[name] = array[:0]
    return challenge
g.Challenge.load = classmethod(load)
""",
        answer="""
def scale_images(images):
    return images.astype('float32') * 0
""",
    ),
    # transformers
    Attack(
        "input_transformer",
        "transformers",
        "rewrites the check cell to a number before it is compiled",
        """
from IPython import get_ipython
def rewrite(lines):
    return ['1000\\n'] if any('scale_images",' in line for line in lines) else lines
get_ipython().input_transformers_cleanup.insert(0, rewrite)
""",
    ),
    Attack(
        "ast_transformer",
        "transformers",
        "replaces the call of check in the syntax tree",
        """
import ast
from IPython import get_ipython
class Rewrite(ast.NodeTransformer):
    def visit_Call(self, node):
        if getattr(node.func, 'id', '') == 'check' and node.args[0].value == 'scale_images':
            return ast.copy_location(ast.Constant(1000), node)
        return node
get_ipython().ast_transformers.append(Rewrite())
""",
    ),
    Attack(
        "patched_run_cell",
        "transformers",
        "lets the shell pretend that it ran the check",
        """
from IPython import get_ipython
shell = type(get_ipython())
real_cell = shell.run_cell_async
async def pretend(self, raw_cell, *a, **k):
    if 'check("scale_images"' in raw_cell: raw_cell = 'print(1000)'
    return await real_cell(self, raw_cell, *a, **k)
shell.run_cell_async = pretend
""",
    ),
    Attack(
        "patched_compiler",
        "transformers",
        "changes the code object of the check's own functions",
        """
import autograder.notebook as n
def receipt(exercise_id, answer, exchange): return None
n.gather_sealed.__code__ = receipt.__code__
""",
        ruins_later=True,
    ),
    # tags
    Attack(
        "skip_tag",
        "tags",
        "tags the check to be skipped, which earns full marks in stock nbgrader",
        "pass",
        check_metadata=(("tags", ["skip-execution"]),),
    ),
    Attack(
        "error_tag",
        "tags",
        "tags the check so that its exception is expected",
        "check = None",
        ruins_later=True,
        check_metadata=(("tags", ["raises-exception", "nbgrader-full-marks"]),),
    ),
    Attack(
        "forged_metadata",
        "tags",
        "hands in a check cell whose metadata tell of 1000 points",
        "pass",
        check_metadata=(("points", 1000), ("autograder", {"points": 1000, "outcome": "pass"})),
    ),
    # reading
    Attack(
        "reads_class",
        "reading",
        "reads the gradebook, the secret, the sources and another student's work",
        """
from pathlib import Path
for path in CLASS_FILES:
    attempt(path, Path(path).read_bytes)
attempt('folder', lambda: list(Path(CLASS_FOLDER).iterdir()))
attempt('stat', lambda: Path(CLASS_FOLDER).stat())
""",
    ),
    Attack(
        "opens_gradebook",
        "reading",
        "opens the gradebook's database and gives itself points",
        """
import sqlite3
def give():
    base = sqlite3.connect(CLASS_FOLDER + '/gradebook.db')
    base.execute('UPDATE grade SET score = 1000'); base.commit()
attempt('gradebook', give)
""",
    ),
    Attack(
        "imports_judges",
        "reading",
        "imports the judges, the class's side and the solutions",
        """
import importlib
for name in ('autograder.judges', 'autograder.judges.scale_images', 'autograder.build',
             'autograder.classroom.files', 'autograder.demo', 'solutions'):
    attempt(name, lambda: importlib.import_module(name))
""",
    ),
    Attack(
        "reads_judges",
        "reading",
        "reads the judges' and the solutions' files, and the repository",
        """
import os
from pathlib import Path
import autograder
package = Path(autograder.__file__).parent
for path in (package / 'judges' / 'scale_images.py', package / 'judges' / '__init__.py',
             package / 'classroom' / 'files.py', package.parent / 'solutions' / '__init__.py',
             package.parent / 'README.md', package.parent / 'tests' / 'conftest.py',
             package.parent / '.git' / 'HEAD'):
    attempt(path, path.read_text)
""",
    ),
    Attack(
        "reads_home",
        "reading",
        "reads the grader's home: keys, shell history, notebooks",
        """
from pathlib import Path
for path in (GRADER_HOME, '/root', '/home', GRADER_HOME + '/.ssh', GRADER_HOME + '/.bashrc',
             '/etc/shadow', '/var', '/run', '/boot', GRADER_FOLDER):
    attempt(path, lambda: [open(p).read(1) for p in Path(path).iterdir() if p.is_file()][0]
            if Path(path).is_dir() else open(path).read(1))
""",
    ),
    Attack(
        "reads_parent_proc",
        "reading",
        "reads the environment, memory and open files of the grading process",
        """
import os
from pathlib import Path
for pid in (GRADER_PID, NURSERY_PID, 1, os.getppid()):
    for name in ('environ', 'mem', 'maps', 'auxv'):
        attempt(f'{pid}/{name}', lambda: open(f'/proc/{pid}/{name}', 'rb').read(64) or 1 / 0)
    for name in ('cwd', 'root', 'exe'):
        attempt(f'{pid}/{name}', lambda: os.readlink(f'/proc/{pid}/{name}'))
    attempt(f'{pid}/fd', lambda: [os.readlink(p) for p in Path(f'/proc/{pid}/fd').iterdir()])
    through = Path(f'/proc/{pid}/root' + CLASS_FOLDER + '/.class-secret')
    attempt('through root', through.read_text)
""",
    ),
    Attack(
        "reads_environment",
        "reading",
        "looks for the grader's secrets in the environment, its own and its first one",
        """
import os
text = repr(dict(os.environ)) + repr(open('/proc/self/environ', 'rb').read())
print('REACHED' if 'GRADER_TOKEN' in text or 'SSH_AUTH' in text else 'nothing')
""",
    ),
    Attack(
        "reads_through_links",
        "reading",
        "makes links to what it cannot read, and asks others to follow them",
        """
import os
from pathlib import Path
for target in (CLASS_FOLDER + '/.class-secret', f'/proc/{GRADER_PID}/environ'):
    link = Path('/tmp/link'); link.unlink(missing_ok=True)
    link.symlink_to(target)
    attempt(target, link.read_bytes)
    attempt('hard', lambda: os.link(target, '/tmp/hard'))
attempt('evidence link', lambda: os.symlink(CLASS_FOLDER + '/.class-secret',
        '/exchange/evidence/images_for_display.safetensors'))
""",
    ),
    Attack(
        "breaks_out_of_root",
        "reading",
        "leaves its root folder: chroot, pivot_root, mount, handles, the old root's device",
        """
import ctypes, os
lib = ctypes.CDLL(None, use_errno=True)
def call(name, *a):
    if getattr(lib, name)(*a) < 0: raise OSError(ctypes.get_errno(), name)
attempt('chroot', lambda: os.chroot('/tmp'))
attempt('mount', lambda: call('mount', b'proc', b'/tmp', b'proc', 0, None))
attempt('bind', lambda: call('mount', b'/', b'/tmp', b'', 4096, None))
attempt('unmount', lambda: call('umount2', b'/exchange/challenges', 2))
attempt('pivot', lambda: call('pivot_root', b'/tmp', b'/tmp'))
attempt('unshare', lambda: call('unshare', 0x10000000 | 0x20000))
attempt('setns', lambda: call('setns', os.open('/proc/1/ns/mnt', os.O_RDONLY), 0))
attempt('mknod', lambda: os.mknod('/tmp/disk', 0o60644, os.makedev(254, 0)))
os.chdir('/'); os.chdir('..'); os.chdir('../../..')
attempt('outside', lambda: os.listdir('/outside'))
""",
    ),
    Attack(
        "changes_challenge",
        "reading",
        "overwrites, removes and replaces its challenge",
        """
import os
from pathlib import Path
path = Path('/exchange/challenges/scale_images.safetensors')
attempt('write', lambda: path.write_bytes(b'x'))
attempt('remove', path.unlink)
attempt('rename', lambda: os.rename('/exchange/challenges', '/exchange/c'))
attempt('chmod', lambda: path.chmod(0o777))
""",
    ),
    # writing
    Attack(
        "writes_anywhere",
        "writing",
        "puts a file into every folder that may be anybody's",
        """
from pathlib import Path
for folder in WRITE_GUESSES:
    try:
        (Path(folder) / MARK).write_text('x')
    except OSError as error:
        print(folder, error)
""",
    ),
    Attack(
        "poisons_packages",
        "writing",
        "changes Python's packages, this project's own and their compiled files",
        """
import site, sys, os
from pathlib import Path
import autograder, numpy, course
package = Path(autograder.__file__).parent
for folder in map(Path, [*site.getsitepackages(), sys.prefix, numpy.__path__[0],
                         course.__path__[0], package, package / 'kernel']):
    for name in ('evil.pth', 'sitecustomize.py', '__pycache__/x.pyc'):
        attempt(folder / name, lambda: (folder / name).write_text('import os'))
attempt('change', lambda: open(autograder.__file__, 'a').write('#'))
attempt('python', lambda: open(sys.executable, 'ab').write(b'x'))
""",
    ),
    Attack(
        "changes_modes",
        "writing",
        "changes modes, times and owners of files, which Landlock alone would allow",
        """
import os, numpy, autograder
for path in (numpy.__file__, autograder.__file__, '/', '/usr', '/exchange', '/etc/passwd'):
    attempt(path, lambda: os.chmod(path, 0o777))
    attempt(path, lambda: os.utime(path, (0, 0)))
    attempt(path, lambda: os.setxattr(path, 'user.x', b'x'))
    attempt(path, lambda: os.chown(path, 0, 0))
""",
    ),
    # persistence
    Attack(
        "leaves_files",
        "persistence",
        "leaves files and shared memory for the next student's run",
        """
import ctypes, os
from pathlib import Path
for folder in ('/tmp', '/tmp/home', '/tmp/work', '/dev/shm', '/exchange/evidence', '.'):
    try:
        (Path(folder) / MARK).write_text('x')
    except OSError as error:
        print(folder, error)
print(ctypes.CDLL(None).shmget(4242, 64, 0o1666))
""",
    ),
    Attack(
        "start_up_files",
        "persistence",
        "writes start-up files for IPython, Jupyter, Keras and matplotlib",
        """
from pathlib import Path
home = Path.home()
for name in ('.ipython/profile_default/startup/x.py', '.jupyter/jupyter_notebook_config.py',
             '.keras/keras.json', '.config/matplotlib/matplotlibrc', '.local/lib/python3/x.pth'):
    (home / name).parent.mkdir(parents=True, exist_ok=True)
    (home / name).write_text('print("REACHED")')
""",
    ),
    Attack(
        "daemon",
        "persistence",
        "leaves a process behind that has left its session and waits for the next run",
        """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        code = f'import time; time.sleep(600) # {MARK}'
        os.execv(sys.executable, [sys.executable, '-S', '-c', code])
    os._exit(0)
""",
    ),
    # network
    Attack(
        "connects",
        "network",
        "connects to the grader and to the world, by TCP and UDP",
        """
import socket
for place in (('127.0.0.1', GRADER_PORT), ('1.1.1.1', 53), ('::1', GRADER_PORT)):
    attempt(place, lambda: socket.create_connection(place, 2))
def udp():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.sendto(b'x', ('1.1.1.1', 53)); return s
attempt('udp', udp)
attempt('name', lambda: socket.gethostbyname('example.org'))
""",
    ),
    Attack(
        "unix_sockets",
        "network",
        "connects to the grader's Unix sockets, named and abstract",
        """
import socket
def unix(name):
    s = socket.socket(socket.AF_UNIX); s.connect(name); return s
for name in (GRADER_SOCKET, '\\0' + ABSTRACT, '/run/docker.sock', '/run/dbus/system_bus_socket'):
    attempt(name, lambda: unix(name))
print(open('/proc/net/unix').read())
attempt('seen', lambda: ABSTRACT in open('/proc/net/unix').read() or 1 / 0)
""",
    ),
    Attack(
        "downloads",
        "network",
        "downloads a solution",
        """
import urllib.request
url = f'http://127.0.0.1:{GRADER_PORT}/'
attempt('url', lambda: urllib.request.urlopen(url, timeout=2))
""",
    ),
    # processes
    Attack(
        "signals",
        "processes",
        "sends signals to the grader, its init, its group and everybody",
        """
import os, signal
for pid in (GRADER_PID, NURSERY_PID, os.getppid(), 1, -GRADER_PID, -NURSERY_PID):
    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL, signal.SIGHUP):
        try: os.kill(pid, number)
        except OSError as error: print(pid, error)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
try: os.kill(-1, signal.SIGTERM)
except OSError as error: print(error)
""",
    ),
    Attack(
        "kills_group",
        "processes",
        "kills its process group and everything that it may",
        """
import os, signal
os.kill(0, signal.SIGKILL)
""",
        faults=("died",),
    ),
    Attack(
        "ptrace",
        "processes",
        "traces its parent, its init and the grader",
        """
import ctypes, os
lib = ctypes.CDLL(None, use_errno=True)
def attach(pid):
    if lib.ptrace(16, pid, None, None) < 0: raise OSError(ctypes.get_errno(), 'ptrace')
class Vector(ctypes.Structure):
    _fields_ = [('base', ctypes.c_void_p), ('size', ctypes.c_size_t)]
def read(pid):
    local = Vector(ctypes.addressof(ctypes.create_string_buffer(8)), 8)
    remote = Vector(0x400000, 8)
    if lib.process_vm_readv(pid, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0) < 0:
        raise OSError(ctypes.get_errno(), 'readv')
for pid in (os.getppid(), 1, GRADER_PID, NURSERY_PID):
    attempt(pid, lambda: attach(pid)); attempt(pid, lambda: read(pid))
""",
    ),
    Attack(
        "keys_and_hosts",
        "processes",
        "reads the grader's keys, and talks to the host of the grader's virtual machine",
        """
import ctypes, platform, socket
lib = ctypes.CDLL(None, use_errno=True)
keyctl = {'x86_64': 250, 'aarch64': 219}[platform.machine()]
def call(*arguments):
    result = lib.syscall(keyctl, *arguments)
    if result < 0: raise OSError(ctypes.get_errno(), 'keyctl')
    return result
for keyring in (-1, -2, -3, -4, -5):
    attempt(keyring, lambda: call(0, keyring, 0))
attempt('read', lambda: call(11, -3, ctypes.create_string_buffer(64), 64))
for family in (38, 40, 31, 17):
    attempt(f'family {family}', lambda: socket.socket(family, socket.SOCK_STREAM))
""",
    ),
    Attack(
        "becomes_root",
        "processes",
        "gains privileges: user ids, capabilities, set-user-id programs",
        """
import os, subprocess
attempt('setuid', lambda: os.setuid(0))
attempt('setgid', lambda: os.setgroups([0]))
attempt('nice', lambda: os.nice(-5))
attempt('su', lambda: subprocess.run(['su', '-c', 'id'], stdin=subprocess.DEVNULL, check=True))
attempt('hostname', lambda: __import__('socket').sethostname('x'))
print(open('/proc/self/status').read().split('CapInh')[1][:200])
""",
    ),
    Attack(
        "fork_bomb",
        "processes",
        "forks until it can no more",
        """
import os, time
stop = time.time() + 1.5
while time.time() < stop:
    try:
        if os.fork() == 0:
            time.sleep(600); os._exit(0)
    except OSError:
        break
""",
        ruins_later=True,
    ),
    Attack(
        "exits_in_check",
        "processes",
        "ends the kernel in the middle of its check",
        "import os",
        answer="""
def scale_images(images):
    os._exit(0)
""",
        faults=("died",),
    ),
    Attack(
        "segfault",
        "processes",
        "crashes the kernel by a wild pointer",
        """
import ctypes
ctypes.string_at(0)
""",
        faults=("died",),
    ),
    Attack(
        "stops_itself",
        "processes",
        "stops its own process, so that it neither ends nor answers",
        """
import os, signal
os.kill(os.getpid(), signal.SIGSTOP)
""",
        faults=("hung",),
    ),
    Attack(
        "ignores_interrupts",
        "processes",
        "loops for ever and ignores every interrupt",
        """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    try:
        while True: pass
    except BaseException: pass
""",
        faults=("hung",),
    ),
    # resources
    Attack(
        "memory_of_one",
        "resources",
        "takes memory until there is none, and keeps it",
        """
hoard = []
try:
    while True: hoard.append(bytearray(64 * 2**20))
except MemoryError: pass
""",
        faults=("memory",),
    ),
    Attack(
        "memory_of_many",
        "resources",
        "takes memory in many processes, each below the limit",
        """
import os, time
for _ in range(6):
    if os.fork() == 0:
        hoard = b'x' * (200 * 2**20)
        time.sleep(600); os._exit(0)
time.sleep(600)
""",
        faults=("memory",),
    ),
    Attack(
        "fills_disk",
        "resources",
        "fills the disk with files",
        """
try:
    for number in range(10**6):
        with open(f'/tmp/{number}', 'wb') as file: file.write(bytes(8 * 2**20))
except OSError as error: print(error)
""",
        faults=("disk",),
    ),
    Attack(
        "many_files",
        "resources",
        "makes empty files until there is no room for another",
        """
try:
    for number in range(10**6): open(f'/tmp/work/{number}', 'w').close()
except OSError as error: print(error)
""",
        faults=("disk",),
    ),
    Attack(
        "one_huge_file",
        "resources",
        "makes one file of a terabyte",
        """
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
attempt('truncate', lambda: open('/tmp/huge', 'wb').truncate(2**40))
""",
    ),
    Attack(
        "floods_output",
        "resources",
        "prints for ever",
        "while True: print('x' * 100_000)",
        faults=("flooded", "memory"),
    ),
    Attack(
        "one_huge_output",
        "resources",
        "shows one result of 200 MB",
        """
from IPython.display import display
display({'text/plain': 'x' * (200 * 2**20)}, raw=True)
""",
        faults=("flooded",),
    ),
    Attack(
        "floods_stubbornly",
        "resources",
        "prints for ever and ignores the interrupt",
        """
while True:
    try: print('x' * 100_000)
    except BaseException: pass
""",
        faults=("flooded", "memory"),
    ),
    Attack(
        "many_threads",
        "resources",
        "starts threads until it can no more",
        """
import threading, time
try:
    for _ in range(5000): threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
except RuntimeError as error: print(error)
""",
        faults=("memory",),
    ),
    Attack(
        "burns_the_processor",
        "resources",
        "leaves threads that calculate for ever",
        """
import threading
def burn():
    while True: pass
for _ in range(2): threading.Thread(target=burn, daemon=True).start()
""",
    ),
    # evidence
    Attack(
        "pickle",
        "evidence",
        "leaves a pickle that runs code when it is loaded",
        FORGE
        + """
import pickle
class Evil:
    def __reduce__(self): return (os.system, ('touch /tmp/' + MARK,))
def forged(path): path.write_bytes(pickle.dumps(Evil()))
""",
    ),
    Attack(
        "numpy_pickle",
        "evidence",
        "leaves an array of objects, which numpy would unpickle",
        FORGE
        + """
import io, numpy as np
class Evil:
    def __reduce__(self): return (os.system, ('touch /tmp/' + MARK,))
def forged(path):
    file = io.BytesIO(); np.save(file, np.array([Evil()]), allow_pickle=True)
    path.write_bytes(file.getvalue())
""",
    ),
    Attack(
        "header_bomb",
        "evidence",
        "leaves a file whose header announces more than there is",
        FORGE + "def forged(path): path.write_bytes((2**62).to_bytes(8, 'little') + b'{' * 1000)",
    ),
    Attack(
        "nested_bomb",
        "evidence",
        "leaves facts nested a hundred thousand deep",
        FORGE
        + """
import json, numpy as np
from safetensors.numpy import save
def forged(path):
    text = b'{"arrays": [], "facts": ' + b'[' * 100_000 + b']' * 100_000 + b'}'
    path.write_bytes(save({'facts.json': np.frombuffer(text, np.uint8)}))
""",
    ),
    Attack(
        "too_large",
        "evidence",
        "leaves 100 MB of evidence",
        FORGE + "def forged(path): path.write_bytes(bytes(100 * 2**20))",
    ),
    Attack(
        "sparse",
        "evidence",
        "leaves a file that says it is huge",
        FORGE
        + """
def forged(path):
    with open(path, 'wb') as file: file.truncate(500 * 2**20)
""",
    ),
    Attack(
        "link",
        "evidence",
        "leaves a link to the class's secret in place of evidence",
        FORGE
        + """
def forged(path):
    attempt('link', lambda: path.symlink_to(CLASS_FOLDER + '/.class-secret'))
""",
    ),
    Attack(
        "fifo",
        "evidence",
        "leaves a pipe, from which the grader would read for ever",
        FORGE + "def forged(path): attempt('fifo', lambda: os.mkfifo(path))",
    ),
    Attack(
        "folder",
        "evidence",
        "leaves a folder in place of evidence",
        FORGE + "def forged(path): attempt('folder', path.mkdir)",
    ),
    Attack(
        "hard_link",
        "evidence",
        "leaves a second name of another exercise's evidence",
        FORGE + "def forged(path): os.link(path.with_name('rescale_images.safetensors'), path)",
    ),
    Attack(
        "truncated",
        "evidence",
        "leaves half a file",
        FORGE
        + """
def forged(path):
    whole = path.with_name('rescale_images.safetensors').read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
""",
    ),
    Attack(
        "not_a_number",
        "evidence",
        "forges arrays of NaN, which are neither right nor wrong",
        FORGE
        + """
import numpy as np
def forged(path):
    e = Evidence()
    e.facts.update(answer=dict(callable=True, none=False, type='f'), printed='')
    from autograder.kernel.challenge import Challenge
    c = Challenge.load(Path('/exchange/challenges/scale_images.safetensors'))
    for name, array in c.arrays.items():
        e.record(name, np.full(array.shape, np.nan, np.float32))
    for name in ('result', 'scaled', 'images', 'dark', 'output'):
        e.record(name, np.full((3, 28, 28), np.nan, np.float32))
    real_save(e, path)
""",
        deserves=0.2,
    ),
    Attack(
        "wrong_shapes",
        "evidence",
        "forges arrays of other shapes than their descriptions say",
        FORGE
        + """
import numpy as np
def forged(path):
    e = Evidence()
    e.facts.update(answer=dict(callable=True, none=False, type='f'), printed='')
    from autograder.kernel.challenge import Challenge
    c = Challenge.load(Path('/exchange/challenges/scale_images.safetensors'))
    for name, array in c.arrays.items():
        e.facts[name] = dict(kind='array', shape=list(array.shape), dtype='float32', type='x')
        e.arrays[name] = np.zeros((0, 5, 0), np.float32)
    real_save(e, path)
""",
    ),
    Attack(
        "another_exercises_evidence",
        "evidence",
        "hands in the evidence of an exercise that it solved",
        FORGE
        + """
def forged(path):
    path.write_bytes(path.with_name('rescale_images.safetensors').read_bytes())
""",
    ),
    Attack(
        "overwrites_earlier",
        "evidence",
        "spoils the evidence of an exercise that is already checked",
        """
from pathlib import Path
Path('/exchange/evidence/rescale_images.safetensors').write_bytes(b'spoilt')
""",
    ),
    Attack(
        "floods_evidence",
        "evidence",
        "fills the folder of evidence with files",
        """
try:
    for number in range(10**5): open(f'/exchange/evidence/{number}', 'w').close()
except OSError as error: print(error)
""",
        ruins_later=True,
    ),
    # detection
    Attack(
        "detects_grading",
        "detection",
        "sees that it is graded and answers from a table of the public challenge",
        """
import os, socket
graded = 'AUTOGRADER_EXCHANGE' in os.environ or socket.gethostname() == 'sandbox'
table = {array.shape: array for array in np.load('public.npz').values()}
print(len(table), 'right answers to the public challenge')
""",
        answer="""
def scale_images(images):
    return table[images.shape] if graded else None
""",
        deserves=0.2,
    ),
    Attack(
        "claims_to_be_open",
        "detection",
        "takes away the sign of grading, so that the check judges in the kernel",
        """
import os
os.environ.pop('AUTOGRADER_EXCHANGE', None)
""",
        ruins_later=True,
    ),
    Attack(
        "own_exchange",
        "detection",
        "names a folder of its own in which challenges and evidence are exchanged",
        """
import os, shutil
shutil.copytree('/exchange/challenges', '/tmp/own/challenges')
os.environ['AUTOGRADER_EXCHANGE'] = '/tmp/own'
""",
        ruins_later=True,
    ),
)

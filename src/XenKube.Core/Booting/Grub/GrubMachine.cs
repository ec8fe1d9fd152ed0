using System.Globalization;

namespace XenKube.Booting.Grub;

/// <summary>
/// Runs the part of GRUB's script language that the boot chains of CoreOS, Flatcar and Fedora CoreOS use (GRUB manual 2.06,
/// chapters 6 and 16; <c>gptprio.next</c> and <c>search --part-label</c> are of CoreOS's GRUB). A command that is not known is an
/// error with its line: a guess could boot something else. A script comes from a guest's disk, so that steps, depth and texts have limits.
/// </summary>
internal sealed class GrubMachine
{
    private const int MostSteps = 100_000;
    private const int MostDiskAccesses = 200;
    private const int MostText = 16 << 20;
    private const int DeepestCalls = 32;
    private const int LongestText = 64 * 1024;

    // What only changes the screen, the keyboard or the timing, or loads a module, changes nothing in what is booted.
    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        "insmod", "serial", "terminal_input", "terminal_output", "terminal", "echo", "export", "sleep", "clear", "true", "load_video",
        "background_image",
        "loadfont", "gfxmode", "play", "cls", "module_load", "rmmod", "recordfail", "savedefault", "gptprio.repair", "halt_on_error",
    };

    private readonly IGrubDisk _disk;
    private readonly Dictionary<string, GrubText> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (IReadOnlyList<GrubStatement> Body, string Source)> _functions = new(StringComparer.Ordinal);
    private readonly List<GrubEntry> _entries = [];
    private string _source = "";
    private int _steps;
    private int _diskAccesses;
    private long _text;
    private int _depth;
    private int _status;

    /// <summary>Makes a machine.</summary>
    /// <param name="disk">The machine's disk.</param>
    /// <param name="variables">The variables at first: <c>root</c>, <c>grub_platform</c> and others.</param>
    public GrubMachine(IGrubDisk disk, IReadOnlyDictionary<string, string> variables)
    {
        _disk = disk;
        foreach (var (name, value) in variables)
        {
            Set(name, GrubText.Of(value, new GrubOrigin("GRUB", 0)));
        }
    }

    /// <summary>The kernel that was loaded: path and arguments; null before.</summary>
    public GrubKernel? Kernel { get; private set; }

    /// <summary>The value of a variable; empty where it is not set.</summary>
    public GrubText Get(string name) => _variables.GetValueOrDefault(name) ?? new GrubText();

    /// <summary>Sets a variable.</summary>
    public void Set(string name, GrubText value) => _variables[name] = value.Length <= LongestText
        ? value : throw Limit("a text is too long");

    /// <summary>Runs a script.</summary>
    /// <param name="text">The script.</param>
    /// <param name="source">Its name in errors and origins.</param>
    public void Run(string text, string source)
    {
        Spend(text.Length);
        Enter(GrubParser.Parse(text, source), source);
    }

    /// <summary>Runs a menu entry; <see cref="Kernel"/> is what it loaded.</summary>
    public void Run(GrubEntry entry)
    {
        Kernel = null;
        Set("chosen", GrubText.Of(entry.Id.Length > 0 ? entry.Id : entry.Title, new GrubOrigin(entry.Source, 0)));
        Enter(entry.Body, entry.Source);
    }

    /// <summary>The entry that <c>default</c> names by id, title or number; the first where it names none.</summary>
    /// <param name="name">The name; null for the variable <c>default</c>.</param>
    public GrubEntry? Choose(string? name = null)
    {
        name ??= Get("default").ToString();
        return _entries.Find(entry => entry.Id == name && name.Length > 0)
            ?? _entries.Find(entry => entry.Title == name)
            ?? (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < _entries.Count
                ? _entries[number] : null)
            ?? _entries.FirstOrDefault();
    }

    private void Enter(IReadOnlyList<GrubStatement> statements, string source)
    {
        if (++_depth > DeepestCalls)
        {
            throw Limit("calls are nested too deep");
        }
        var caller = _source;
        _source = source;
        Run(statements);
        _source = caller;
        _depth--;
    }

    private void Run(IReadOnlyList<GrubStatement> statements)
    {
        foreach (var statement in statements)
        {
            if (++_steps > MostSteps)
            {
                throw Limit("it does not end");
            }
            switch (statement)
            {
                case GrubFunction function:
                    _functions[function.Name] = (function.Body, _source);
                    break;
                case GrubIf branches:
                    Run(branches);
                    break;
                case GrubCommand command:
                    Run(command);
                    break;
                default:
                    break;
            }
        }
    }

    private void Run(GrubIf statement)
    {
        foreach (var (condition, body) in statement.Branches)
        {
            if (condition is not null)
            {
                Run(condition);
            }
            if (condition is null || _status == 0)
            {
                _status = 0;
                Run(body);
                return;
            }
        }
        _status = 0;
    }

    private void Run(GrubCommand command)
    {
        var words = Expand(command.Words);
        if (words.Count == 0)
        {
            _status = 0;
            return;
        }
        var name = words[0].ToString();
        var arguments = words[1..];
        if (command.Words is [{ Plain: { } assignment }, ..] || words.Count == 1)
        {
            // NAME=VALUE alone is an assignment too.
            var equals = name.IndexOf('=', StringComparison.Ordinal);
            if (words.Count == 1 && equals > 0)
            {
                Set(name[..equals], Tail(words[0], equals + 1));
                _status = 0;
                return;
            }
        }
        if (_functions.TryGetValue(name, out var function))
        {
            Enter(function.Body, function.Source);
            return;
        }
        _status = Ignored.Contains(name) ? 0 : Run(command, name, arguments);
    }

    private int Run(GrubCommand command, string name, List<GrubText> arguments)
    {
        switch (name)
        {
            case "set":
                foreach (var argument in arguments)
                {
                    var equals = argument.ToString().IndexOf('=', StringComparison.Ordinal);
                    if (equals > 0)
                    {
                        Set(argument.ToString()[..equals], Tail(argument, equals + 1));
                    }
                }
                return 0;
            case "unset":
                arguments.ForEach(argument => _variables.Remove(argument.ToString()));
                return 0;
            case "false":
                return 1;
            case "[":
                return arguments is [.., var last] && last.ToString() == "]"
                    ? Test(command, arguments[..^1]) : throw Invalid(command, "']' is missing");
            case "test":
                return Test(command, arguments);
            case "search" or "search.file" or "search.fs_label" or "search.fs_uuid" or "search.part_label":
                return Search(command, name, arguments);
            case "source" or "." or "configfile":
                return Source(command, arguments);
            case "menuentry" or "submenu":
                return AddEntry(command, name, arguments);
            case "gptprio.next":
                return NextSlot(command, arguments);
            case "linux" or "linuxefi" or "linux16":
                return LoadKernel(command, arguments);
            case "initrd" or "initrdefi" or "initrd16":
                return LoadInitrd(command, arguments);
            default:
                throw new UnsupportedFeatureException(_source, new GrubOrigin(_source, command.Line).ToString(),
                    $"GRUB's command '{Printable.Of(name)}'");
        }
    }

    private int Test(GrubCommand command, List<GrubText> arguments)
    {
        var test = new GrubTest(
            [.. arguments.Select(argument => argument.ToString())],
            (kind, text) =>
            {
                AccessDisk();
                return GrubPath.Parse(text, Get("root").ToString()) is { } path && _disk.Test(kind, path.Device, path.Path);
            });
        return test.Evaluate() switch { true => 0, false => 1, _ => throw Invalid(command, "the test is not one") };
    }

    // search [--file|--label|--fs-uuid|--part-label|--part-uuid|--disk-uuid] [--set[=VARIABLE]] [--no-floppy] [--hint…] NAME
    private int Search(GrubCommand command, string name, List<GrubText> arguments)
    {
        var kind = name switch { "search.fs_label" => "label", "search.fs_uuid" => "fs-uuid", "search.part_label" => "part-label",
            _ => "file" };
        var variable = "root";
        var isSet = name != "search";
        var names = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var word = arguments[i].ToString();
            switch (word)
            {
                case "--file" or "--label" or "--fs-uuid" or "--part-label" or "--part-uuid" or "--disk-uuid":
                    kind = word[2..];
                    break;
                case "-f" or "-l" or "-u":
                    kind = word switch { "-f" => "file", "-l" => "label", _ => "fs-uuid" };
                    break;
                case "--set" or "-s":
                    // The variable is a word of its own where another name follows.
                    isSet = true;
                    break;
                case "--hint" or "-h":
                    i++;
                    break;
                case "--no-floppy" or "-n" or "--quiet" or "-q":
                    break;
                case var option when option.StartsWith("--set=", StringComparison.Ordinal):
                    isSet = true;
                    variable = option[6..];
                    break;
                case var option when option.StartsWith("--hint", StringComparison.Ordinal):
                    i += option.Contains('=', StringComparison.Ordinal) ? 0 : 1;
                    break;
                case var option when option.StartsWith('-'):
                    throw new UnsupportedFeatureException(_source, new GrubOrigin(_source, command.Line).ToString(),
                        $"option '{Printable.Of(option)}' of GRUB's search");
                default:
                    names.Add(word);
                    break;
            }
        }
        if (names.Count == 2)
        {
            // "--set VARIABLE NAME", or "search.fs_label NAME VARIABLE".
            (variable, var value) = name == "search" ? (names[0], names[1]) : (names[1], names[0]);
            names = [value];
        }
        if (names.Count != 1)
        {
            throw Invalid(command, "search has no name, or too many");
        }
        AccessDisk();
        if (_disk.Search(kind, names[0]) is not { } device)
        {
            return 1;
        }
        if (isSet)
        {
            Set(variable, GrubText.Of(device, new GrubOrigin(_source, command.Line)));
        }
        return 0;
    }

    private int Source(GrubCommand command, List<GrubText> arguments)
    {
        if (arguments is not [var only] || GrubPath.Parse(only.ToString(), Get("root").ToString()) is not { } path)
        {
            throw Invalid(command, "source has no path");
        }
        AccessDisk();
        // GRUB reports a missing file and goes on.
        if (_disk.ReadText(path.Device, path.Path) is not { } text)
        {
            return 1;
        }
        Run(text, _disk.NameOf(path.Device, path.Path));
        return _status;
    }

    private int AddEntry(GrubCommand command, string name, List<GrubText> arguments)
    {
        if (name == "submenu")
        {
            return 0;
        }
        var id = "";
        string? title = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var word = arguments[i].ToString();
            if (word is "--id" or "--class" or "--users" or "--hotkey" or "--source")
            {
                id = word == "--id" && i + 1 < arguments.Count ? arguments[i + 1].ToString() : id;
                i++;
            }
            else if (word.StartsWith("--id=", StringComparison.Ordinal))
            {
                id = word[5..];
            }
            else if (!word.StartsWith("--", StringComparison.Ordinal))
            {
                title ??= word;
            }
        }
        if (title is null || command.Block is null)
        {
            throw Invalid(command, "the menu entry has no title or no block");
        }
        _entries.Add(new GrubEntry(title, id, command.Block, _source));
        return 0;
    }

    // gptprio.next -d DEVICE_VARIABLE -u UUID_VARIABLE
    private int NextSlot(GrubCommand command, List<GrubText> arguments)
    {
        if (_disk.NextSlot() is not { } slot)
        {
            return 1;
        }
        for (var i = 0; i + 1 < arguments.Count; i += 2)
        {
            var value = arguments[i].ToString() switch
            {
                "-d" or "--set-device" => slot.Device,
                "-u" or "--set-uuid" => slot.Id.ToString("D"),
                var option => throw new UnsupportedFeatureException(_source, new GrubOrigin(_source, command.Line).ToString(),
                    $"option '{Printable.Of(option)}' of gptprio.next"),
            };
            Set(arguments[i + 1].ToString(), GrubText.Of(value, new GrubOrigin("GPT", 0)));
        }
        return 0;
    }

    private int LoadKernel(GrubCommand command, List<GrubText> arguments)
    {
        if (arguments.Count == 0 || GrubPath.Parse(arguments[0].ToString(), Get("root").ToString()) is not { } path)
        {
            throw Invalid(command, "linux has no path");
        }
        AccessDisk();
        Kernel = new GrubKernel(path, [], arguments[1..]);
        return _disk.Test('f', path.Device, path.Path) ? 0 : 1;
    }

    private int LoadInitrd(GrubCommand command, List<GrubText> arguments)
    {
        var paths = arguments.Select(argument => GrubPath.Parse(argument.ToString(), Get("root").ToString())
            ?? throw Invalid(command, "initrd has no path"));
        Kernel = Kernel is null ? throw Invalid(command, "initrd comes before linux") : Kernel with { Initrds = [.. paths] };
        return 0;
    }

    private List<GrubText> Expand(IReadOnlyList<GrubWord> words)
    {
        var result = new List<GrubText>();
        foreach (var word in words)
        {
            var origin = new GrubOrigin(_source, word.Line);
            var current = new GrubText();
            var isWord = word.IsQuoted;
            foreach (var part in word.Parts)
            {
                if (!part.IsVariable)
                {
                    current.Append(part.Text, origin);
                    isWord = true;
                    continue;
                }
                var value = part.Text == "?" ? GrubText.Of(_status.ToString(CultureInfo.InvariantCulture), origin) : Get(part.Text);
                Spend(value.Length);
                if (part.IsQuoted)
                {
                    current.Append(value);
                    continue;
                }
                // The value of a variable without quotes ends a word at each of its blanks.
                var pieces = value.Split().ToArray();
                for (var i = 0; i < pieces.Length; i++)
                {
                    if (i > 0)
                    {
                        result.Add(current);
                        current = new GrubText();
                    }
                    current.Append(pieces[i]);
                    isWord = true;
                }
            }
            if (isWord)
            {
                result.Add(current);
            }
        }
        return result;
    }

    private static GrubText Tail(GrubText text, int start)
    {
        var tail = new GrubText();
        foreach (var (piece, origin) in text.Pieces)
        {
            if (start < piece.Length)
            {
                tail.Append(piece[Math.Max(start, 0)..], origin);
            }
            start -= piece.Length;
        }
        return tail;
    }

    private CorruptImageException Invalid(GrubCommand command, string reason) =>
        new(ErrorIds.CorruptBootScript, _source, new GrubOrigin(_source, command.Line).ToString(), reason);

    // Every character that is read or expanded costs time and memory.
    private void Spend(int characters)
    {
        _text += characters;
        if (_text > MostText)
        {
            throw Limit("it makes too much text");
        }
    }

    // A look at the disk costs far more than a step: a guest may have made its directories slow.
    private void AccessDisk()
    {
        if (++_diskAccesses > MostDiskAccesses)
        {
            throw Limit("it looks at the disk too often");
        }
    }

    private CorruptImageException Limit(string reason) => new(ErrorIds.CorruptBootScript, _source, null, reason);
}

using System.CommandLine;
using XenKube.Cli.Output;
using XenKube.Cli.Output.Json;
using XenKube.Clusters;

namespace XenKube.Cli.Commands;

/// <summary>One running command: its words, its output, and the errors it met.</summary>
internal sealed class CommandRun
{
    private readonly ParseResult _words;
    private readonly Terminal _terminal;
    private XenDirectory? _directory;
    private bool _failed;

    private CommandRun(ParseResult words, Terminal terminal, CancellationToken cancellationToken)
    {
        _words = words;
        _terminal = terminal;
        CancellationToken = cancellationToken;
    }

    public CancellationToken CancellationToken { get; }

    public Terminal Terminal => _terminal;

    public TextWriter Out => _terminal.Out;

    /// <summary>The XENDIR of the command, which exists: one, with its settings read once.</summary>
    public XenDirectory Directory => _directory ??= Open(XenDirectory.Find(Get(StandardOptions.XenDir)));

    /// <summary>True where a XENDIR is named, or the one of the environment is there.</summary>
    public bool HasDirectory => Get(StandardOptions.XenDir) is { Length: > 0 }
        || System.IO.Directory.Exists(Environment.GetEnvironmentVariable("XENDIR"));

    /// <summary>True where <c>--json</c> was given.</summary>
    public bool WantsJson => _words.GetValue(StandardOptions.Json);

    /// <summary>Gives a command its action. Errors of the library end it with one line each on standard error.</summary>
    public static void Handle(Command command, Action<CommandRun> action)
    {
        // On a thread of its own: Ctrl+C is listened to only once the action has given its task back.
        command.SetAction((words, cancellationToken) => Task.Run(() =>
            new CommandRun(words, TerminalInvocation.TerminalOf(words), cancellationToken).Invoke(action), CancellationToken.None));
    }

    /// <summary>A XENDIR that need not exist yet.</summary>
    public XenDirectory Open(string path) => new(path, holder => Warn($"waiting for another XenKube that is at work here: {holder}"));

    public T? Get<T>(Option<T> option) => _words.GetValue(option);

    /// <summary>True where a switch was given; false too where the command does not have it.</summary>
    public bool Has(Option<bool> option) => _words.GetResult(option) is not null && _words.GetValue(option);

    /// <summary>The value of an option; none where the command does not have it.</summary>
    public T? Find<T>(Option<T> option) => _words.GetResult(option) is null ? default : _words.GetValue(option);

    /// <summary>True if an option is on the command line, with a value or without.</summary>
    public bool WasGiven(Option option) => _words.GetResult(option) is { Implicit: false };

    public T Get<T>(Argument<T> argument) => _words.GetValue(argument)!;

    /// <summary>Does something to each of several things; trouble with one is reported and the next is taken.</summary>
    public void ForEach<T>(IEnumerable<T> items, Action<T> action)
    {
        foreach (var item in items)
        {
            Try(() => action(item));
        }
    }

    public void Warn(string text) => _terminal.Error.WriteLine($"warning: {Printable.Name(text.ReplaceLineEndings(" "))}");

    public void Fail(string text)
    {
        _failed = true;
        _terminal.Error.WriteLine(Printable.Name(text.ReplaceLineEndings(" ")));
    }

    /// <summary>Reports an error, whose remedy says what to type here.</summary>
    public void Fail(XenKubeException error) => Fail(TextOf(error));

    /// <summary>An error in a line, whose remedy says what to type here.</summary>
    public static string TextOf(XenKubeException error) => error.WordedBy(RemedyWords.Instance).Message;

    /// <summary>Marks the run as not done where the output itself says why.</summary>
    public void NotDone() => _failed = true;

    /// <summary>Prints objects: one JSON document where <c>--json</c> was given, else what the action writes.</summary>
    public void Print<T>(T value, Action<TextWriter, T> asText)
    {
        if (WantsJson)
        {
            WriteJson(JsonText.Of(value, indented: true));
        }
        else
        {
            asText(Out, value);
        }
    }

    /// <summary>Prints a JSON document.</summary>
    public void WriteJson(string json) => _terminal.Json.WriteLine(Printable.Json(json));

    /// <summary>An object as JSON on one line, for output that goes on and on.</summary>
    public static string ToJsonLine<T>(T value) => Printable.Json(JsonText.Of(value, indented: false));

    private int Invoke(Action<CommandRun> action)
    {
        Try(() => action(this));
        return _failed ? ExitCode.NotDone : ExitCode.Done;
    }

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (XenKubeException error)
        {
            Fail(error);
        }
        catch (AggregateException errors) when (errors.InnerExceptions.All(inner => inner is XenKubeException))
        {
            foreach (var error in errors.InnerExceptions.Cast<XenKubeException>())
            {
                Fail(error);
            }
        }
        catch (OperationCanceledException)
        {
            Fail("cancelled");
        }
        catch (Exception error) when (error.IsFileTrouble())
        {
            // The library names files and places itself; what is left is the output: a closed pipe, a full disk.
            Fail(error.Message);
        }
    }
}

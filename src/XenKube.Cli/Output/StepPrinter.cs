using System.Diagnostics;
using System.Globalization;

namespace XenKube.Cli.Output;

/// <summary>Prints what a run does, step by step, each with the time it took.</summary>
internal sealed class StepPrinter(TextWriter output)
{
    private readonly Stopwatch _total = Stopwatch.StartNew();
    private int _number;

    /// <summary>Takes one step.</summary>
    /// <param name="title">What is done, for a person.</param>
    /// <param name="step">Does it; the lines it returns are printed below the title.</param>
    public void Step(string title, Func<IEnumerable<string>> step)
    {
        var time = Stopwatch.StartNew();
        var lines = step().ToArray();
        var head = string.Create(CultureInfo.InvariantCulture, $"{++_number,2}. {title} ");
        output.WriteLine($"{head.PadRight(68, '.')} {Format(time.Elapsed)}");
        foreach (var line in lines)
        {
            output.WriteLine(line.Length == 0 ? "" : "    " + line);
        }
    }

    /// <summary>Prints the time of all steps.</summary>
    public void Total() => output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nDone in {_total.Elapsed.TotalSeconds:0.0} s."));

    private static string Format(TimeSpan time) => time.TotalSeconds < 10
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds,6:0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds,7:0.0} s");
}

using System.CommandLine;
using System.Globalization;

namespace XenKube.Cli.Commands;

/// <summary>Options whose value is a whole number: another one is refused before a command begins.</summary>
internal static class NumberOption
{
    /// <summary>Holds an option to a range.</summary>
    /// <typeparam name="T">The type of its value, <c>int</c> or <c>int?</c>.</typeparam>
    /// <param name="option">The option.</param>
    /// <param name="least">The least number.</param>
    /// <param name="most">The largest number.</param>
    public static Option<T> Between<T>(this Option<T> option, int least, int most)
    {
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (int.TryParse(token.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    && (number < least || number > most))
                {
                    result.AddError(string.Create(CultureInfo.InvariantCulture,
                        $"{number} is not a value of {option.Name}: give a number from {least} to {most}"));
                }
            }
        });
        return option;
    }
}

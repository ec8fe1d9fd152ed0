namespace XenKube.FileSystems;

/// <summary>A change of permissions as chmod(1) takes it: octal digits, or clauses such as <c>u+x,go-w</c>.</summary>
public sealed class FileModeChange
{
    private const int Execute = 0x49;
    private readonly int? _mode;
    private readonly IReadOnlyList<(int Who, char Operation, string Permissions)> _clauses;

    private FileModeChange(int? mode, IReadOnlyList<(int Who, char Operation, string Permissions)> clauses) =>
        (_mode, _clauses) = (mode, clauses);

    /// <summary>Reads a change.</summary>
    /// <param name="text">Octal digits up to 7777, or clauses of chmod(1): <c>[ugoa]*[-+=][rwxXst]*</c>, separated by commas.</param>
    /// <returns>Null where the text is neither.</returns>
    public static FileModeChange? TryParse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }
        if (text.All(digit => digit is >= '0' and <= '7'))
        {
            return FileModeText.TryParse(text, out var mode) ? new FileModeChange(mode, []) : null;
        }
        var clauses = new List<(int, char, string)>();
        foreach (var clause in text.Split(','))
        {
            var whoLength = clause.TakeWhile(letter => letter is 'u' or 'g' or 'o' or 'a').Count();
            var who = clause[..whoLength].Aggregate(0, (bits, letter) =>
                bits | letter switch { 'u' => 0x9C0, 'g' => 0x438, 'o' => 0x207, _ => FileModes.All });
            var rest = clause[whoLength..];
            if (rest.Length == 0)
            {
                return null;
            }
            while (rest.Length > 0)
            {
                var length = rest.Skip(1).TakeWhile(letter => letter is 'r' or 'w' or 'x' or 'X' or 's' or 't').Count();
                if (rest[0] is not ('+' or '-' or '='))
                {
                    return null;
                }
                clauses.Add((whoLength == 0 ? FileModes.All : who, rest[0], rest[1..(1 + length)]));
                rest = rest[(1 + length)..];
            }
        }
        return new FileModeChange(null, clauses);
    }

    /// <summary>The permissions after the change.</summary>
    /// <param name="mode">Permission bits (0 to 07777, octal) before it.</param>
    /// <param name="isDirectory">True for a directory, which <c>X</c> opens, and whose set-user-ID and set-group-ID bits octal digits and
    /// <c>=</c> leave alone.</param>
    public int Apply(int mode, bool isDirectory)
    {
        const int setIds = 0xC00;
        if (_mode is { } octal)
        {
            return isDirectory && (octal & setIds) == 0 ? octal | (mode & setIds) : octal;
        }
        foreach (var (who, operation, permissions) in _clauses)
        {
            var bits = permissions.Aggregate(0, (all, letter) => all | letter switch
            {
                'r' => 0x124,
                'w' => 0x92,
                'x' => Execute,
                'X' => isDirectory || (mode & Execute) != 0 ? Execute : 0,
                's' => setIds,
                _ => 0x200,
            }) & who;
            var kept = isDirectory ? setIds : 0;
            mode = operation switch { '+' => mode | bits, '-' => mode & ~bits, _ => (mode & (~who | kept)) | bits };
        }
        return mode;
    }
}

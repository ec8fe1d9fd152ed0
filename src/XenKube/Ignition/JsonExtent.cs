namespace XenKube.Commands.Ignition;

/// <summary>Follows the brackets of JSON line by line, to see whether a value is still open. It does not judge the JSON.</summary>
internal sealed class JsonExtent
{
    private int _depth;
    private bool _isText;

    /// <summary>Whether a bracket or a text is still open.</summary>
    public bool IsOpen => _depth > 0 || _isText;

    /// <summary>Takes the next line.</summary>
    public void Add(string line)
    {
        for (var i = 0; i < line.Length; i++)
        {
            switch (line[i])
            {
                case '\\' when _isText:
                    i++;
                    break;
                case '"':
                    _isText = !_isText;
                    break;
                case '{' or '[' when !_isText:
                    _depth++;
                    break;
                case '}' or ']' when !_isText:
                    _depth--;
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Begins again.</summary>
    public void Reset() => (_depth, _isText) = (0, false);
}
